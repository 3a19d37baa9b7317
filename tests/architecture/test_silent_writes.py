"""Each statement of a feature that changes a record says here which event tells of it, or why none does.

The walk in tests/api/walks/test_events.py sees what requests write; this list also has what the workers write. Functions of
the database append where they write; records that write themselves (`platform/records.py`) announce themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from almoner.cli.events import LOGS
from almoner.platform.database.files import STATEMENTS
from tests.architecture.sources import PACKAGE

TOLD = {
    "giving/campaigns switch_sync": "campaign.updated",
    "crm/project_expenses enter": "project_expense.created",
    "crm/projects add_project": "project.created",
    "crm/projects set_active": "project.updated",
    "crm/projects change": "project.updated",
    "crm/recurring_gifts touch": "recurring_gift.updated",
}
SILENT = {
    "giving/donors link_donors": "the sync's own answer: an event of it would come back to the sync; the CRM's log has the contact",
    "giving/stripe name_gifts": "through which account a gift was paid is told to nobody",
}


def writes_of(log: str, feature: str, text: str) -> Iterator[str]:
    """The statements of a feature's file that write a table whose record has events."""
    nouns = "|".join(sorted({kind.partition(".")[0] for kind in LOGS[log]}))
    for name, statement in re.findall(
        r"^-- name: (\w+)[^\n]*\n(.*?)(?=^-- name: |\Z)", text, re.MULTILINE | re.DOTALL
    ):
        sql = re.sub(r"--.*", "", statement)
        if re.search(rf"\b(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO) {log}\.(?:{nouns})\b", sql):
            yield f"{feature} {name}"


def unsaid(there: Iterable[str]) -> Iterator[str]:
    """What to do about each statement that is on no list, and each that a list knows alone."""
    known = TOLD.keys() | SILENT.keys()
    for place in sorted(set(there) - known):
        yield (
            f"{place} changes a record: announce it in the service (`LOG.announce`) and say in TOLD by which event,"
            " or say in SILENT why nothing is to be told"
        )
    for place in sorted(known - set(there)):
        yield f"{place} is on a list here and changes no record: take its line out"


def test_each_statement_that_changes_a_record_is_told_of_or_silent_for_a_reason() -> None:
    there = [
        place
        for log in LOGS
        for path in sorted((PACKAGE / log).rglob(STATEMENTS))
        for place in writes_of(log, path.parent.relative_to(PACKAGE).as_posix(), path.read_text())
    ]
    wrong = list(unsaid(there))
    assert not wrong, "\n".join(wrong)


def test_what_tells_of_a_statement_is_a_kind_of_its_log() -> None:
    assert all(kind in LOGS[place.partition("/")[0]] for place, kind in TOLD.items())


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE crm.contact SET name = :name;", ["crm/new write"]),
        ("WITH x AS (SELECT 1) DELETE FROM crm.gift g USING x;", ["crm/new write"]),
        ("-- UPDATE crm.contact\nSELECT 1 FROM crm.contact FOR UPDATE;", []),
        ("UPDATE crm.contact_giving SET gift_count = 0;", []),
    ],
)
def test_a_statement_that_writes_is_found(statement: str, found: list[str]) -> None:
    text = f"-- name: read\nSELECT 1;\n\n-- name: write!\n{statement}\n"
    assert list(writes_of("crm", "crm/new", text)) == found


def test_a_planted_statement_is_named_with_what_to_do() -> None:
    (told,) = unsaid([*TOLD, *SILENT, "crm/contacts rename"])
    assert told.startswith("crm/contacts rename changes a record: announce it in the service")
    (told,) = unsaid([*TOLD, *[*SILENT][1:]])
    assert told.startswith("giving/donors link_donors is on a list here")
