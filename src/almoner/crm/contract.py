"""What other modules may ask of the CRM: take a batch of contacts and gifts, exactly once per source key.

The shapes are what a CRM in another process would get over HTTP: nothing here is shared but this contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from almoner.crm.contacts.service import giving_differences
from almoner.crm.event_kinds import EVENTS as EVENTS
from almoner.crm.gifts.service import tally_differences
from almoner.crm.projects.service import create_default_project, totals_are_exact
from almoner.kernel.figures import FigureDifference
from almoner.kernel.text import fold_code
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)
_encode = msgspec.json.Encoder().encode

SLOTS = 8
"""Rows per project total; callers that write at the same time should use different slots."""


class Person(msgspec.Struct, kw_only=True, frozen=True):
    """The person of a contact. Its fields are columns of `crm.contact_individual`: one more here is taken over by itself."""

    prefix: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None


class IncomingContact(msgspec.Struct, kw_only=True, frozen=True):
    """A giver as another system knows it. `seeded_key` is the contact id that system claims, if any."""

    source: str
    reference_id: str
    seeded_key: str | None
    contact_type: str
    name: str | None
    person: Person
    email: str | None
    email_key: str | None
    phone: str | None
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal: str | None
    country: str | None


class IncomingDesignation(msgspec.Struct, kw_only=True, frozen=True):
    """A part of a gift, in minor units, for the project with this code."""

    code: str
    minor: int


class IncomingGift(msgspec.Struct, kw_only=True, frozen=True):
    """A gift from another system. Source and id are its idempotency key; `gift_on` is the organization-local day.

    The giver is a known contact (`contact_id`) or one of the contacts of the same batch (`contact_index`).
    """

    contact_id: int | None
    contact_index: int | None
    gift_type: str
    gift_on: date
    amount_minor: int
    currency: str
    designations: tuple[IncomingDesignation, ...]
    transaction_source: str
    transaction_id: str
    segment_code: str | None
    notes: str | None
    is_private: bool
    origin: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one element: an id, or a problem (a reason of the sync's closed list) with its detail."""

    crm_id: int | None
    problem: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Outcomes in the order of the elements sent."""

    contacts: list[Outcome]
    gifts: list[Outcome]


async def accept(
    tx: Tx, contacts: Sequence[IncomingContact], gifts: Sequence[IncomingGift], *, slot: int = 0
) -> Accepted:
    """Find or make the contacts, write the gifts and designations, move the fund totals, append the events.

    All in the caller's transaction. An element that cannot be taken fails alone; a gift already here answers with its
    id. A gift whose contact of this batch failed answers with problem `waiting_for_donor`.
    """
    people = await _accept_contacts(tx, contacts)
    keys = {code: fold_code(code) for code in {part.code for gift in gifts for part in gift.designations}}
    ready: list[dict[str, Any]] = []
    outcomes = [Outcome(None, "waiting_for_donor")] * len(gifts)
    for ord_, gift in enumerate(gifts):
        contact_id = gift.contact_id if gift.contact_index is None else people[gift.contact_index].crm_id
        if contact_id is not None:
            ready.append(_gift_row(gift, contact_id, ord_, keys))
    if ready:
        rows = await _queries.accept_gifts(tx, slot=slot % SLOTS, gifts=_encode(ready).decode())
        for row in rows:
            outcomes[row["ord"]] = Outcome(row["gift_id"], row["problem"], row["detail"])
    return Accepted(people, outcomes)


def _gift_row(gift: IncomingGift, contact_id: int, ord_: int, keys: dict[str, str]) -> dict[str, Any]:
    parts = [{"code": d.code, "key": keys[d.code], "minor": d.minor} for d in gift.designations]
    return {**msgspec.structs.asdict(gift), "designations": parts, "contact_id": contact_id, "ord": ord_}


async def _accept_contacts(tx: Tx, contacts: Sequence[IncomingContact]) -> list[Outcome]:
    if not contacts:
        return []
    body = _encode(
        [{**msgspec.structs.asdict(contact), "ord": ord_} for ord_, contact in enumerate(contacts)]
    )
    rows = await _queries.accept_contacts(tx, contacts=body.decode())
    outcomes = [Outcome(None)] * len(contacts)
    for row in rows:
        outcomes[row["ord"]] = Outcome(row["contact_id"], row["problem"])
    return outcomes


async def open_codes(tx: Tx, codes: Sequence[str]) -> set[str]:
    """Those of `codes`, in whatever case, that name an active project."""
    keys = {code: fold_code(code) for code in codes}
    rows = await _queries.open_codes(tx, codes=list(keys.values()))
    known = {row["code_key"] for row in rows}
    return {code for code, key in keys.items() if key in known}


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every kept figure of the CRM that is not what its gifts add up to; empty when all are. Reads every gift, thrice.

    Of projects: sum, gifts, givers. Of contacts and of all: gifts, sum.
    """
    return [
        *await totals_are_exact(tx),
        *await giving_differences(tx),
        *await tally_differences(tx),
    ]


async def prepare_organization(tx: Tx, now: datetime) -> None:
    """What a new organization starts with: the default project."""
    await create_default_project(tx, now)
