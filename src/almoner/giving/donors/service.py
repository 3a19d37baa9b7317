"""Read donors and change them; write back where they are in the CRM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from msgspec.structs import asdict, replace

from almoner.giving.custom_fields.service import fields_of, own_parameters
from almoner.giving.custom_fields.values import NO_FIELDS, Fields
from almoner.giving.donor_contacts.records import follow_donor, hold_mailboxes, must_be_free
from almoner.giving.donors.catalog import DONORS as DONORS_ASKED
from almoner.giving.donors.columns import COLUMNS, OF_GIVING, Giving
from almoner.giving.donors.rules import STAFF, Donor, LinkChange, changed, replaced
from almoner.giving.donors.views import DonorView, tell_donors
from almoner.giving.events import LOG
from almoner.giving.unreadable import Unreadable
from almoner.kernel.errors import Conflict, FieldError, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, in_order, load_queries, read_page
from almoner.platform.mailboxes import address_key
from almoner.platform.query import Found, SelectingBody, Window, read_columns, run_query, tell_columns
from almoner.platform.records import Table
from almoner.platform.telling import note_broken, read_rows
from almoner.platform.wire import fill, rows_of

_queries = load_queries(__file__)

DONORS = Table(LOG, "giving.donor", key="id")

FOUND_MAX = 1000
"""Donors that a search finds: of more, whoever searches types on."""

SORTS = {
    "id": "id",
    "createddatetime": "created_at",
    "createddate": "created_at",
    "email": "email",
    "name": "last_name",
}
"""`SortBy` names of the donor list (raise-api.md 1.1) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int]) -> list[Donor]:
    """Donors in the order of `ids`; unknown ids are left out. The one read of donors.

    An instant that nobody can tell is null; such a donor is logged as broken.
    """
    rows = in_order(await read_rows(_queries.records, tx, ids), ids)
    for row in rows:
        if not row.get("is_whole", True):
            note_broken("giving.donor", row["id"], kind="NotWhole")
    return [
        fill(Donor, row, addresses=rows_of(row["addresses"]), methods=rows_of(row["methods"])) for row in rows
    ]


async def read_donor(tx: Tx, donor_id: int) -> Donor:
    """One donor; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [donor_id]), "donor", donor_id)


async def survivor_of(tx: Tx, donor_id: int) -> Donor:
    """The donor that this one is, after all merges; `NotFound` when this organization has none with this id."""
    donor = await read_donor(tx, donor_id)
    return donor if donor.survivor_id is None else await read_donor(tx, donor.survivor_id)


async def hold_donor(tx: Tx, donor_id: int) -> Donor:
    """One donor as it is and stays until the transaction ends: whoever decides by what it says holds it first, before other rows.

    `NotFound` when this organization has none with this id.
    """
    await _queries.hold(tx, donor_id=donor_id)
    return await read_donor(tx, donor_id)


def must_be_present(donor: Donor) -> None:
    """`Conflict` when a donor is another by now, or is erased: nothing of it changes."""
    if donor.survivor_id is not None:
        raise Conflict(f"Donor {donor.id} was merged into donor {donor.survivor_id}: change that one.")
    if donor.erased_at is not None:
        raise Conflict(f"Donor {donor.id} is erased: nothing is kept of it any more.")


async def read_donors(tx: Tx, donor_ids: Sequence[int]) -> dict[int, Donor]:
    """Donors by id; unknown ids are left out."""
    return {donor.id: donor for donor in await records(tx, donor_ids)}


async def donor_facts(tx: Tx, donor_ids: Sequence[int]) -> dict[int, Donor]:
    """Donors by id; unknown ids are left out, as are donors who cannot be read in full: see `unreadable_donors`."""
    rows = await _queries.donor_facts(tx, ids=list(donor_ids))
    return {row["id"]: fill(Donor, row) for row in rows}


async def unreadable_donors(tx: Tx, donor_ids: Sequence[int]) -> dict[int, Unreadable]:
    """What is left of donors without facts, by id; those that are not there at all are left out."""
    rows = await _queries.unreadable(tx, ids=list(donor_ids))
    return {row["id"]: fill(Unreadable, row) for row in rows}


async def list_donors(tx: Tx, paging: Paging) -> Page[Donor]:
    """A page of donors that are not archived, and how many there are."""
    return await read_page(tx, _queries.chosen, paging, records, total=await _queries.kept_count(tx))


async def find_donors(tx: Tx, text: str, most: int) -> list[int]:
    """Ids of at most `most` donors: with this e-mail address, or those that `text` finds as it is typed, by name; archived ones too."""
    if "@" in text:
        donor_id = await _queries.id_by_email(tx, email_key=address_key(text))
        return [] if donor_id is None else [donor_id]
    return await _found(tx, text, most, hidden=True)


async def _found(tx: Tx, text: str, most: int, *, hidden: bool) -> list[int]:
    rows = await _queries.ids_by_text(tx, text=text, most=most, hidden=hidden)
    return [row["id"] for row in rows]


async def search_donors(tx: Tx, text: str, paging: Paging) -> Page[Donor]:
    """A page of the donors that `text` finds as it is typed: each of its words starts one of a donor's, in any order; an id is whole.

    Of more than `FOUND_MAX`, so many are told. Archived donors are not found.
    """
    ids = await _found(tx, text, FOUND_MAX, hidden=False)
    return await read_page(tx, _queries.chosen_of_found, paging, records, total=len(ids), ids=ids)


async def query_donors(
    tx: Tx, body: SelectingBody, window: Window, now: datetime, public_url: str
) -> Found[DonorView]:
    """The donors that a query wants, each with the columns that it selects; `BadQuery` names everything that is wrong with it."""

    async def read(tx: Tx, ids: list[int]) -> list[DonorView]:
        return await _with_columns(
            tx, await records(tx, ids), read_columns(body.selected_columns, DONORS_ASKED), public_url
        )

    return await run_query(tx, DONORS_ASKED, body, window, read, now, await own_parameters(tx))


async def _with_columns(
    tx: Tx, donors: Sequence[Donor], selected: Sequence[str], public_url: str
) -> list[DonorView]:
    asks_giving = any(name in OF_GIVING for name in selected)
    giving = await _giving(tx, [donor.id for donor in donors]) if asks_giving else {}
    columns = [COLUMNS[name] for name in selected]
    told = zip(donors, tell_donors(donors, public_url), strict=True)
    return [
        replace(view, metadata=tell_columns("giving.donor", donor.id, columns, donor, giving.get(donor.id)))
        for donor, view in told
    ]


async def _giving(tx: Tx, ids: Sequence[int]) -> dict[int, Giving]:
    currency = tx.organization.currency
    rows = await _queries.giving(tx, ids=list(ids), currency=currency)
    return {
        row["id"]: Giving(
            gifts=row["gifts"],
            minor=int(row["minor"]),
            currency=currency,
            first_on=row["first_on"],
            last_on=row["last_on"],
            campaigns=dict(zip(row["campaign_ids"], row["campaign_names"], strict=True)),
        )
        for row in rows
    }


async def change_donor(
    tx: Tx, donor_id: int, said: Mapping[str, Any], now: datetime, *, by: str, unlinks: bool = False
) -> Donor:
    """Change a donor by the fields `said`; null is left alone. Of another CRM key it is kept who (`by`) gave it when.

    `NotFound` when there is no such donor, `Invalid` names every broken field, `Conflict` when another donor has the address, or when a
    blank key is to take the link of a donor away who is in the CRM: who `unlinks` sees to it that the CRM forgets it too.
    """
    return await _written(tx, donor_id, changed, said, now, by=by, unlinks=unlinks)


async def replace_donor(tx: Tx, donor_id: int, said: Mapping[str, Any], now: datetime, *, by: str) -> Donor:
    """Let a donor be what is `said`: null clears, but for keys. Otherwise as `change_donor`."""
    return await _written(tx, donor_id, replaced, said, now, by=by, unlinks=False)


async def archive_donor(tx: Tx, donor_id: int, now: datetime, *, archived: bool) -> Donor:
    """Hide a donor from lists, or show it again; one that is so already stays so. Gifts find it either way.

    `NotFound` without the donor, `Conflict` when it was merged or erased.
    """
    before = await hold_donor(tx, donor_id)
    must_be_present(before)
    if await DONORS.change(tx, donor_id, {"is_archived": archived}, now):
        await _queries.count_donors(tx, n=-1 if archived else 1)
    return await read_donor(tx, donor_id)


async def _written(
    tx: Tx,
    donor_id: int,
    columns: Callable[[Mapping[str, Any], Donor, Fields], dict[str, Any]],
    said: Mapping[str, Any],
    now: datetime,
    *,
    by: str,
    unlinks: bool,
) -> Donor:
    if "email" in said:
        await hold_mailboxes(tx)
    before = await hold_donor(tx, donor_id)
    must_be_present(before)
    row = columns(said, before, await _fields_for(tx, said))
    if before.crm_linked and not unlinks and "crm_key" in row and row["crm_key"] is None:
        raise Conflict(
            f"The donor is in the CRM as contact {before.crm_key} and would be found there again. Give the id of the contact that is"
            " meant, or take the link back in the console."
        )
    if row.get("email_key") is not None:
        await must_be_free(tx, row["email_key"], donor_id)
    try:
        await DONORS.change(tx, donor_id, row, now)
    except asyncpg.UniqueViolationError:
        raise Conflict("Another donor has this e-mail address.") from None
    if again := await follow_donor(tx, donor_id, row, now):
        await DONORS.change(tx, donor_id, again, now)
    if "crm_key" in row and row["crm_key"] != before.crm_key:
        change = LinkChange(now, row["crm_key"], before.crm_key, before.crm_linked, by)
        await _queries.add_link_change(tx, row={"donor_id": donor_id, **asdict(change)})
    return await read_donor(tx, donor_id)


async def _fields_for(tx: Tx, said: Mapping[str, Any]) -> Fields:
    """The organization's own fields, where a body may say something of them."""
    return await fields_of(tx) if "custom_fields" in said else NO_FIELDS


async def broken_in_change(tx: Tx, donor_id: int, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `change_donor` refuses; null stands for what could not be read. `NotFound` as there."""
    return refused_by(changed, said, await read_donor(tx, donor_id), await _fields_for(tx, said))


async def broken_in_replacement(tx: Tx, donor_id: int, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `replace_donor` refuses; null stands for what could not be read. `NotFound` as there."""
    return refused_by(replaced, said, await read_donor(tx, donor_id), await _fields_for(tx, said))


async def confirm_link(tx: Tx, donor_id: int, crm_key: str, now: datetime) -> None:
    """Write down that staff looked at a donor's link to the contact with this key, and found it right."""
    change = LinkChange(now, crm_key, crm_key, True, STAFF)
    await _queries.add_link_change(tx, row={"donor_id": donor_id, **asdict(change)})


async def linked_donors(tx: Tx, after: int, most: int) -> list[int]:
    """Ids of donors who are linked to a contact, of those above `after`: the lowest, in order, at most so many."""
    return [row["id"] for row in await _queries.linked(tx, after=after, most=most)]


async def linked_by_staff(tx: Tx, donor_ids: Sequence[int]) -> set[int]:
    """Those of the donors whose contact was chosen, or found right, by staff in the console."""
    return {row["id"] for row in await _queries.linked_by(tx, ids=list(donor_ids), by=STAFF)}


async def link_changes(tx: Tx, donor_id: int, most: int) -> list[LinkChange]:
    """The last changes of a donor's CRM key that somebody made, the latest first, at most so many."""
    return [fill(LinkChange, row) for row in await _queries.link_changes(tx, donor_id=donor_id, most=most)]


async def link_donors(tx: Tx, crm_keys: Mapping[int, tuple[str, int]], now: datetime) -> None:
    """Write back the CRM key that each donor had in a version; one that has changed since is linked by that change."""
    keys, versions = zip(*crm_keys.values(), strict=True)
    await _queries.link_donors(tx, ids=list(crm_keys), crm_keys=keys, versions=versions, now=now)
