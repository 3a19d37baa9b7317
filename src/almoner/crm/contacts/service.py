"""Read and find contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from almoner.crm.contacts.rules import Giver, Identity, resemble
from almoner.crm.contacts.views import ContactView, FollowedContactView, V, contact_view
from almoner.kernel.clock import local_day
from almoner.kernel.errors import BadRequest, NotFound, only
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.platform.database import Tx, load_queries
from almoner.platform.mailboxes import address_key
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import fill

_queries = load_queries(__file__)


async def records(tx: Tx, ids: Sequence[int], now: datetime, view: type[V], crm_url: str = "") -> list[V]:
    """Contacts in the order of `ids`, each with its people and its giving up to `now`; unknown ids are left out.

    The one read of contacts. The year is the organization's present one. Links lead to the API at `crm_url`.
    """
    home = tx.organization
    year = local_day(now, home.time_zone).year
    rows = await read_rows(_queries.records, tx, ids, year=year)
    tell = partial(contact_view, base_currency=home.currency, view=view, crm_url=crm_url)
    return await tell_rows("crm.contact", rows, ids, tell, view)


async def read_contact(tx: Tx, contact_id: int, now: datetime, crm_url: str = "") -> FollowedContactView:
    """One contact; `NotFound` when there is none. A merged one answers."""
    return only(await records(tx, [contact_id], now, FollowedContactView, crm_url), "contact", contact_id)


async def read_contact_by_reference(
    tx: Tx, source: str, reference_id: str, now: datetime, crm_url: str
) -> FollowedContactView:
    """The contact with this key in another system; `NotFound` when there is none."""
    return await read_contact(tx, await _id_by_reference(tx, source, reference_id), now, crm_url)


async def find_contact(
    tx: Tx,
    *,
    email: str | None,
    reference_source: str | None,
    reference_id: str | None,
    now: datetime,
    crm_url: str,
) -> ContactView:
    """The contact with this reference, or else with this e-mail address; the reference wins when both are given.

    `NotFound` when there is none; `BadRequest` when neither an address nor a whole reference is given.
    """
    if reference_source and reference_id:
        contact_id = await _id_by_reference(tx, reference_source, reference_id)
    elif email:
        contact_id = await _queries.id_by_email(tx, email_key=address_key(email))
    else:
        raise BadRequest("Give an email, or a referenceSource with a referenceId.")
    if contact_id is None:
        raise NotFound("There is no contact with this e-mail address.")
    (contact,) = await records(tx, [contact_id], now, ContactView, crm_url)
    return contact


async def contacts_with_email(tx: Tx, email: str, most: int) -> list[tuple[int, str]]:
    """Id and name of at most `most` contacts with this address that are in use, the oldest first."""
    rows = await _queries.with_email(tx, email_key=address_key(email), most=most)
    return [(row["id"], row["name"]) for row in rows if not row["is_archived"]]


async def unlike(tx: Tx, givers: Sequence[Giver]) -> list[bool]:
    """Of each, whether the contact is there and known by another e-mail address and another name than theirs."""
    rows = await _queries.identities(tx, ids=[giver.contact_id for giver in givers])
    known = {row["id"]: fill(Identity, row) for row in rows}
    return [
        giver.contact_id in known and resemble(giver, known[giver.contact_id]) is False for giver in givers
    ]


async def contacts_meant(tx: Tx, source: str, reference_ids: Sequence[str]) -> dict[str, int]:
    """The contacts that another system means by these keys, by key; those that mean nobody are left out."""
    rows = await _queries.meant(tx, source=source, ids=list(reference_ids))
    return {row["reference_id"]: row["contact_id"] for row in rows}


async def forget_reference(
    tx: Tx, source: str, reference_id: str, *, version: int, contact_id: int | None
) -> None:
    """Let no contact be the one that another system means by this key; harmless when none is.

    Forgotten is all that the system said up to this `version`, also what is on its way at this moment: that a later version alone is
    told again. It may mean `contact_id`. The contact and its gifts stay. The later version finds a contact anew, or makes one.
    """
    await _queries.forget_reference(
        tx, source=source, reference_id=reference_id, version=version, contact_id=contact_id
    )


async def _id_by_reference(tx: Tx, source: str, reference_id: str) -> int:
    contact_id: int | None = await _queries.id_by_reference(tx, source=source, reference_id=reference_id)
    if contact_id is None:
        raise NotFound("There is no contact with this reference.")
    return contact_id


async def giving_differences(tx: Tx) -> list[FigureDifference]:
    """Every contact, currency and year whose kept number of gifts and sum are not those of its gifts; empty when all are.

    Reads every gift.
    """
    return differences_in(await _queries.giving_differences(tx))
