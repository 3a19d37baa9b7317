"""The SQL files of the package: migrations, which run once each, and code, which is made anew when it changes.

Tables are made by `<module>/migrations/<UTC stamp>-<name>.sql` (or `.py`, for what SQL cannot work out); the stamp gives one
order over all modules. Functions, views and composite types stand in the other `.sql` files, beside the feature that owns
them, in the schema `<module>_code`. Files called `store.sql` hold statements and are read by `queries.py`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
STATEMENTS = "store.sql"
MIGRATIONS = "migrations"

_STAMPED = re.compile(r"\d{8}-\d{4}-[a-z0-9-]+\.(?:sql|py)")
_MARK = re.compile(
    r"^(?:--|#) (needs|was|before the rest|after the rest|older programs may run on this)(?:: (.*))?$",
    re.MULTILINE,
)


class MigrationError(Exception):
    """The database and the files disagree, or one of them failed; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One file: its name is its path in the package without suffix, its marks are the comments of the form `-- mark: value`."""

    name: str
    path: Path
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text: tells whether a file was changed after it ran."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def module(self) -> str:
        """The folder of the package that owns it."""
        return self.name.partition("/")[0]

    @property
    def older_may_run(self) -> bool:
        """Whether programs that do not know this migration may start on a database that has it."""
        return self.runs_after or self._is_marked("older programs may run on this")

    @property
    def runs_ahead(self) -> bool:
        """Whether it prepares the ground, in a transaction of its own, for those that follow."""
        return self._is_marked("before the rest")

    @property
    def runs_after(self) -> bool:
        """Whether it runs beside those who serve, outside of a transaction, when all else is done: no program needs it to be right."""
        return self._is_marked("after the rest")

    @property
    def statements(self) -> list[str]:
        """The statements one by one; each ends with the semicolon at the end of a line."""
        bare = re.sub(r"^\s*--.*$", "", self.text, flags=re.MULTILINE)
        return [part.strip() for part in re.split(r";\s*$", bare, flags=re.MULTILINE) if part.strip()]

    def marked(self, mark: str) -> list[str]:
        """The comma-separated values of every comment `-- mark: a, b`."""
        return [part.strip() for name, value in self._marks() if name == mark for part in value.split(",")]

    def _is_marked(self, mark: str) -> bool:
        return any(name == mark for name, _ in self._marks())

    def _marks(self) -> Iterator[tuple[str, str]]:
        return ((match[1], match[2] or "") for match in _MARK.finditer(self.text))


@dataclass(frozen=True, slots=True)
class Files:
    """What a program brings along: its migrations in order, its code in order."""

    migrations: list[SqlFile]
    code: list[SqlFile]

    @property
    def code_checksum(self) -> str:
        """One checksum for all code."""
        return code_checksum(self.code)


def load_files(package: Path = PACKAGE) -> Files:
    """The files of this program; `MigrationError` when they do not fit together."""
    return Files(load_migrations(package), load_code(package))


def load_migrations(package: Path = PACKAGE) -> list[SqlFile]:
    """All migrations of all modules, in the order of their stamps. `MigrationError` for a name without a stamp."""
    found = [path for path in package.glob(f"*/{MIGRATIONS}/*") if path.suffix in (".sql", ".py")]
    for path in found:
        if not _STAMPED.fullmatch(path.name):
            raise MigrationError(f"{path}: a migration is called YYYYMMDD-HHMM-what-it-does.sql (or .py).")
    files = [_read(path, f"{path.parts[-3]}/{path.stem}") for path in found]
    return sorted(files, key=lambda file: (file.path.name, file.module))


def load_code(package: Path = PACKAGE) -> list[SqlFile]:
    """All code files, each after those it needs. `MigrationError` when one needs what is not there, or itself."""
    paths = (path for path in package.rglob("*.sql") if path.name != STATEMENTS)
    code = [path for path in paths if path.parent.name != MIGRATIONS]
    files = {
        file.name: file
        for path in sorted(code)
        for file in [_read(path, path.relative_to(package).with_suffix("").as_posix())]
    }
    ordered: dict[str, SqlFile] = {}
    for name in files:
        _place(name, files, ordered, ())
    return list(ordered.values())


def code_checksum(files: list[SqlFile]) -> str:
    """One checksum for all code: it differs as soon as a file is changed, added, renamed or taken away."""
    return hashlib.sha256("\n".join(f"{file.name} {file.checksum}" for file in files).encode()).hexdigest()


def known_tables() -> dict[str, list[str]]:
    """Every table by what it is: `tenant`, `shared` or `server_local` (`tables.toml`)."""
    return tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))


def code_schema(module: str) -> str:
    """The schema that holds a module's code and nothing else."""
    return f"{module}_code"


def _place(name: str, files: dict[str, SqlFile], ordered: dict[str, SqlFile], path: tuple[str, ...]) -> None:
    if name in path:
        raise MigrationError(f"Code files need each other in a ring: {' -> '.join([*path, name])}.")
    if name not in files:
        raise MigrationError(f"{path[-1]}.sql needs {name}, and there is no such file.")
    for needed in files[name].marked("needs"):
        if needed not in ordered:
            _place(needed, files, ordered, (*path, name))
    ordered[name] = files[name]


def _read(path: Path, name: str) -> SqlFile:
    return SqlFile(name, path, path.read_text(encoding="utf-8"))
