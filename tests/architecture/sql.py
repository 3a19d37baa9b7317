"""What the laws of SQL read: migrations, code files with their functions, and statements, as text without comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from almoner.platform.database.files import PACKAGE, STATEMENTS, load_code, load_migrations
from tests.architecture.sources import ROOT

_COMMENT = re.compile(r"--.*")
_FUNCTION = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION ([\w.]+).*?^\$\$;$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"CREATE TABLE (\w+\.\w+) \(([^;]*)", re.DOTALL)
_RENAMED = re.compile(r"ALTER TABLE (\w+)\.(\w+) RENAME TO (\w+)")
_NAMED = re.compile(r"organization_id\s*(?:=|IN\b)|INSERT INTO [\w.]+ (?:AS \w+ )?\(organization_id\b")
_LOG = re.compile(r"create_event_log\('(\w+)'\)")


@dataclass(frozen=True)
class Sql:
    """A piece of an SQL file: a whole file, a function or a statement. `line` is where it starts."""

    path: Path
    line: int
    name: str
    text: str

    @property
    def module(self) -> str:
        """The module that owns it."""
        return self.path.relative_to(PACKAGE).parts[0]

    @property
    def bare(self) -> str:
        """The text without comments."""
        return _COMMENT.sub("", self.text)

    def at(self, remark: object) -> str:
        """`file:line: remark`, as editors and terminals open it."""
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.name}: {remark}"


@cache
def migrations() -> tuple[Sql, ...]:
    """Every migration in SQL."""
    return tuple(
        Sql(file.path, 1, file.name, file.text) for file in load_migrations() if file.path.suffix == ".sql"
    )


@cache
def code() -> tuple[Sql, ...]:
    """Every code file."""
    return tuple(Sql(file.path, 1, file.name, file.text) for file in load_code())


@cache
def statements() -> tuple[Sql, ...]:
    """Every statement of every `store.sql`, by the file's folder and its name."""
    return tuple(found for path in sorted(PACKAGE.rglob(STATEMENTS)) for found in _statements(path))


def functions(file: Sql) -> Iterator[Sql]:
    """The functions that a file makes, each from CREATE to its end."""
    for match in _FUNCTION.finditer(file.text):
        line = file.text.count("\n", 0, match.start()) + 1
        yield Sql(file.path, line, match.group(1), match.group())


def steps(piece: Sql) -> Iterator[Sql]:
    """The single statements of a function or of a file's statement."""
    yield from (Sql(piece.path, piece.line, piece.name, text) for text in piece.bare.split(";"))


@cache
def tenant_tables() -> frozenset[str]:
    """Every table that has organization_id, as migrations made and renamed them, and the logs."""
    found = set()
    for file in migrations():
        found |= {name for name, columns in _TABLE.findall(file.bare) if "organization_id" in columns}
        found |= {
            f"{schema}.{new}"
            for schema, old, new in _RENAMED.findall(file.bare)
            if f"{schema}.{old}" in found
        }
        found |= {f"{schema}.event" for schema in _LOG.findall(file.bare)}
    return frozenset(found)


def touched(text: str) -> list[str]:
    """The tenant tables that a text reads or writes, as often as it does."""
    named = re.findall(r"(?:FROM|JOIN|INTO|UPDATE|USING)\s+(\w+\.\w+)", text)
    return [name for name in named if name in tenant_tables()]


def named(text: str) -> int:
    """How many tables of a text it names the tenant of: in a condition, or as the first column of new rows."""
    return len(_NAMED.findall(text))


def _statements(path: Path) -> Iterator[Sql]:
    text, folder = path.read_text(encoding="utf-8"), path.parent.relative_to(PACKAGE).as_posix()
    starts = list(re.finditer(r"^-- name: (\w+)\S*\n", text, re.MULTILINE))
    for match, after in zip(starts, [*starts[1:], None], strict=True):
        body = text[match.end() : after.start() if after else None]
        yield Sql(path, text.count("\n", 0, match.start()) + 1, f"{folder}/{match.group(1)}", body)
