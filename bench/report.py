"""Medians, ranges and ratios of a run, the machine it ran on, the table that is printed and the JSON that is kept."""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psutil

Rows = Sequence[dict[str, Any]]
FSYNC_WRITES = 200


def machine(postgres: str) -> dict[str, Any]:
    """What the numbers depend on."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": _system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "postgresql": postgres,
        "fsync_8k_ms": round(_fsync_ms(), 3),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def summary(rows: Rows) -> list[dict[str, Any]]:
    """One row per variant and number of callers: the median of every figure, and the range of the rate."""
    groups: dict[tuple[str, Any], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[(row["variant"], row.get("callers"))].append(row)
    return [
        _merged(group) for _, group in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or 0))
    ]


def ratios(rows: Rows, over: dict[str, tuple[tuple[str, int], tuple[str, int]]]) -> dict[str, dict[str, Any]]:
    """Ratios of rates by name, each the median over the rounds with its range: what ran a moment apart is compared."""
    rate = {(row["variant"], row["callers"], row["round"]): row["per_second"] for row in rows}
    rounds = sorted({row["round"] for row in rows})
    found = {}
    for name, (above, below) in over.items():
        pairs = [(rate.get((*above, n)), rate.get((*below, n))) for n in rounds]
        values = [one / other for one, other in pairs if one and other]
        if values:
            found[name] = {"median": median(values), "low": min(values), "high": max(values)}
    return found


def print_rows(title: str, rows: Rows) -> None:
    """Print rows as an aligned table; columns that no row fills are left out."""
    columns = [name for name in dict.fromkeys(key for row in rows for key in row) if name != "round"]
    columns = [name for name in columns if any(row.get(name) is not None for row in rows)]
    lines = [columns, *[[_cell(row.get(name)) for name in columns] for row in rows]]
    widths = [max(len(line[n]) for line in lines) for n in range(len(columns))]
    print(f"\n{title}")
    for line in lines:
        cells = [
            cell.ljust(w) if n == 0 else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def print_aims(aims: Rows) -> None:
    """Print what was aimed at beside what was seen."""
    print_rows("Aims", [{**aim, "met": "yes" if aim["met"] else "NO"} for aim in aims])


def store(path: Path, document: dict[str, Any]) -> None:
    """Keep a run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")


def _merged(group: list[dict[str, Any]]) -> dict[str, Any]:
    merged = dict(group[0])
    merged.pop("round", None)
    for key, value in group[0].items():
        if isinstance(value, float):
            merged[key] = median(row[key] for row in group)
    if "per_second" in merged:
        rates = [row["per_second"] for row in group]
        merged["range"] = f"{min(rates):.0f}-{max(rates):.0f}"
    return merged


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return str(value)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _system() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return platform.platform()
    return (
        f"{release.get('NAME', '')} {release.get('VERSION_ID', '')}, {platform.system()} {platform.release()}"
    )


def _fsync_ms() -> float:
    """The median time to write one page of 8 kB and have it on the disk."""
    with tempfile.TemporaryFile() as file:
        times = []
        for _ in range(FSYNC_WRITES):
            started = time.perf_counter()
            os.pwrite(file.fileno(), b"\1" * 8192, 0)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return median(times) * 1e3
