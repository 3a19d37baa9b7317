"""Laws of migrations: what runs beside those who serve can be repeated and holds up nobody."""

from __future__ import annotations

import re

import pytest

from almoner.platform.database.files import SqlFile, load_migrations
from tests.architecture.sources import ROOT

_MADE = re.compile(r"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?(\w+) ON (\w+)\.")
_DROPPED = re.compile(r"DROP INDEX CONCURRENTLY IF EXISTS (\w+\.\w+)")


def breaks(file: SqlFile) -> list[str]:
    """The statements that lock a table for long, or that a second run would fail at."""
    dropped: set[str] = set()
    wrong = []
    for statement in file.statements:
        if made := _MADE.match(statement):
            if not made[1] or f"{made[3]}.{made[2]}" not in dropped:
                wrong.append(statement)
        elif gone := _DROPPED.fullmatch(statement):
            dropped.add(gone[1])
        else:
            wrong.append(statement)
    return wrong


def test_what_runs_after_the_rest_makes_indexes_beside_those_who_write_and_can_be_repeated() -> None:
    after = [file for file in load_migrations() if file.runs_after and file.path.suffix == ".sql"]
    assert not {file.name: wrong for file in after if (wrong := breaks(file))}


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("DROP INDEX CONCURRENTLY IF EXISTS toy.a;\nCREATE INDEX CONCURRENTLY a ON toy.first (id);", True),
        ("CREATE INDEX CONCURRENTLY a ON toy.first (id);", False),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON toy.first (id);", False),
        ("DROP INDEX CONCURRENTLY IF EXISTS toy.a;\nCREATE INDEX a ON toy.first (id);", False),
        ("DROP INDEX toy.a;", False),
        ("ALTER TABLE toy.first ADD COLUMN n int;", False),
    ],
)
def test_what_would_lock_a_table_or_fail_when_repeated_is_found(text: str, is_right: bool) -> None:
    assert (breaks(SqlFile("toy/x", ROOT, text)) == []) is is_right
