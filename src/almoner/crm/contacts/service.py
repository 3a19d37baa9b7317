"""Read and find contacts."""

from __future__ import annotations

from datetime import date, datetime

from almoner.crm.contacts.rules import Address, Contact, Giving, Individual, Method, Reference
from almoner.kernel.clock import local_day
from almoner.kernel.errors import BadRequest, NotFound
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.text import fold
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)


async def read_contact(tx: Tx, contact_id: int, now: datetime) -> Contact:
    """One contact with its people and its giving up to `now`; `NotFound` when there is none. A merged one answers."""
    row = await _queries.find_contact(tx, id=contact_id)
    if row is None:
        raise NotFound(f"There is no contact {contact_id}.")
    place = {"contact_id": contact_id}
    address = await _queries.primary_address(tx, **place)
    return Contact(
        **row,
        individuals=await _individuals(tx, contact_id),
        address=None if address is None else Address(**address),
        references=tuple(Reference(**found) for found in await _queries.references(tx, **place)),
        giving=await _giving(tx, contact_id, now),
    )


async def read_contact_by_reference(tx: Tx, source: str, reference_id: str, now: datetime) -> Contact:
    """The contact with this key in another system; `NotFound` when there is none."""
    contact_id = await _queries.id_by_reference(tx, source=source, reference_id=reference_id)
    if contact_id is None:
        raise NotFound("There is no contact with this reference.")
    return await read_contact(tx, contact_id, now)


async def find_contact(
    tx: Tx, *, email: str | None, reference_source: str | None, reference_id: str | None, now: datetime
) -> Contact:
    """The contact with this reference, or else with this e-mail address; the reference wins when both are given.

    `NotFound` when there is none; `BadRequest` when neither an address nor a whole reference is given.
    """
    if reference_source and reference_id:
        return await read_contact_by_reference(tx, reference_source, reference_id, now)
    if not email:
        raise BadRequest("Give an email, or a referenceSource with a referenceId.")
    contact_id = await _queries.id_by_email(tx, email_key=fold(email))
    if contact_id is None:
        raise NotFound("There is no contact with this e-mail address.")
    return await read_contact(tx, contact_id, now)


async def _individuals(tx: Tx, contact_id: int) -> tuple[Individual, ...]:
    rows = await _queries.individuals(tx, contact_id=contact_id)
    found = await _queries.methods(tx, individual_ids=[row["id"] for row in rows])
    methods = [Method(**method) for method in found]
    return tuple(
        Individual(**row, methods=tuple(m for m in methods if m.contact_individual_id == row["id"]))
        for row in rows
    )


async def _giving(tx: Tx, contact_id: int, now: datetime) -> Giving:
    organization = tx.organization
    year = local_day(now, organization.time_zone).year
    row = await _queries.giving(
        tx,
        contact_id=contact_id,
        currency=organization.currency,
        from_day=date(year, 1, 1),
        before_day=date(year + 1, 1, 1),
    )
    return Giving(**row)


async def giving_differences(tx: Tx) -> list[FigureDifference]:
    """Every contact, currency and year whose kept number of gifts and sum are not those of its gifts; empty when all are.

    Reads every gift.
    """
    return differences_in(await _queries.giving_differences(tx))
