"""What promises, asks and grants have in common when they are read from a body. Pure but for the look-up of references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from almoner.crm.changes import FREQUENCIES
from almoner.crm.segments.rules import named_segment
from almoner.crm.wire import read_day, read_label
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, fold
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import unknown
from almoner.platform.wire import encode_json, rows_of, wire_name

_queries = load_queries(__file__)

SEGMENT_NAMES = ("segment_id", "segment_code", "segment")
"""The fields that name a segment; the first that says something counts."""
ONCE = "Once"
WITH_ONCE = (ONCE, *FREQUENCIES)
_SPELT = {
    "biennually": "Biennially",
    "annual": "Annually",
    "yearly": "Annually",
    "onetime": ONCE,
    "one-time": ONCE,
    "semi-annually": "Semiannually",
}
"""Other spellings that clients send (client-facts.md 27, crm-api.md 13)."""

_TABLES = {
    "contact_id": "crm.contact",
    "granting_organization_id": "crm.contact",
    "receiving_organization_id": "crm.contact",
    "contact_individual_id": "crm.contact_individual",
    "project_id": "crm.project",
    "gift_ask_id": "crm.gift_ask",
}


_CONTACTS = {
    "contact_id": "contact_id",
    "granting_organization_id": "contact_id",
    "receiving_organization_id": "receiving_organization_id",
}
"""The fields that name contacts, and their columns."""


def beside_segment(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said but for the segment, which `referred` looks up."""
    return {name: value for name, value in said.items() if name not in SEGMENT_NAMES}


def read_frequency(text: str | None, known: Sequence[str], errors: list[FieldError]) -> str | None:
    """How often something comes, in whatever case and some misspellings; None when it is blank or, with an error, unknown."""
    said = clean(text)
    return None if said is None else read_label("frequency", _SPELT.get(fold(said), said), known, errors)


def read_days(row: dict[str, Any], days: Mapping[str, tuple[str, str]], errors: list[FieldError]) -> None:
    """Puts days into `row` that its fields say: `days` has for each the field on the wire and the column."""
    for name, (field, column) in days.items():
        row[column] = read_day(field, row.pop(name, None), errors)


def clean_texts(row: dict[str, Any], *names: str) -> None:
    """Trims texts of `row`; blank is none."""
    for name in names:
        row[name] = clean(row.get(name))


async def keep_merges(tx: Tx) -> None:
    """Keep contacts from being merged until the transaction ends; to be asked for before any record is locked."""
    await _queries.keep_merges(tx)


async def strange(tx: Tx, said: Mapping[str, Any], was: Any = None) -> list[FieldError]:
    """An error for each field of `said` that names a record which is not there, or a person of another contact than that of the record (as it `was`)."""
    named = {name: said.get(name) for name in _TABLES if said.get(name) is not None}
    by_table: dict[str, dict[str, int | None]] = {}
    for name, number in named.items():
        by_table.setdefault(_TABLES[name], {})[wire_name(name)] = number
    errors = [error for table, fields in by_table.items() for error in await unknown(tx, table, fields)]
    contact_id = named.get("contact_id") if was is None else was["contact_id"]
    person_id = named.get("contact_individual_id")
    if (
        not errors
        and None not in (contact_id, person_id)
        and not await _queries.is_of(tx, id=person_id, contact_id=contact_id)
    ):
        text = f"The contact has no individual {person_id}."
        errors.append(FieldError("contactIndividualId", "UNKNOWN", text))
    return [*errors, *(await _segment(tx, said))[1]]


async def referred(tx: Tx, said: Mapping[str, Any], was: Any = None) -> dict[str, Any]:
    """The columns of what is named by more than one name: the segment, and contacts, of which one that was merged is the one it went into.

    `Invalid` when a field of `said` names a record which is not there.
    """
    if errors := await strange(tx, said, was):
        raise Invalid(errors[0].message, fields=tuple(errors))
    return {"segment_id": (await _segment(tx, said))[0], **await survivors(tx, said)}


async def survivors(tx: Tx, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the contacts that `said` names: of one that was merged the one that it went into. `keep_merges` must hold."""
    contacts = {column: said[name] for name, column in _CONTACTS.items() if said.get(name) is not None}
    since = {row["id"]: row["since"] for row in await _queries.survivors(tx, ids=list(contacts.values()))}
    return {column: since[number] for column, number in contacts.items()}


async def _segment(tx: Tx, said: Mapping[str, Any]) -> tuple[int | None, list[FieldError]]:
    """The segment that is named, as a gift names one; or what is wrong with the name."""
    named = named_segment(said.get("segment_id"), said.get("segment_code"), said.get("segment"))
    if named is None:
        return None, []
    found = await _queries.segment(tx, segment=encode_json(named).decode())
    errors = [FieldError(each["field"], each["code"], each["message"]) for each in rows_of(found["problems"])]
    return found["id"], errors
