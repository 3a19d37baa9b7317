"""Read donors; write back where they are in the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from almoner.giving.donors.rules import Donor
from almoner.kernel.errors import only
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, in_order, load_queries, read_page
from almoner.platform.wire import fill

_queries = load_queries(__file__)

SORTS = {
    "id": "id",
    "createddatetime": "created_at",
    "createddate": "created_at",
    "email": "email",
    "name": "last_name",
}
"""`SortBy` names of the donor list (raise-api.md 1.1) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int]) -> list[Donor]:
    """Donors in the order of `ids`; unknown ids are left out. The one read of donors."""
    return [fill(Donor, row) for row in in_order(await _queries.records(tx, ids=list(ids)), ids)]


async def read_donor(tx: Tx, donor_id: int) -> Donor:
    """One donor; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [donor_id]), "donor", donor_id)


async def read_donors(tx: Tx, donor_ids: Sequence[int]) -> dict[int, Donor]:
    """Donors by id; unknown ids are left out."""
    return {donor.id: donor for donor in await records(tx, donor_ids)}


async def list_donors(tx: Tx, paging: Paging) -> Page[Donor]:
    """A page of donors that are not archived, and how many there are."""
    return await read_page(tx, _queries.chosen, paging, records, total=await _queries.kept_count(tx))


async def link_donors(tx: Tx, crm_keys: dict[int, str], now: datetime) -> None:
    """Write the CRM key of each donor back."""
    await _queries.link_donors(
        tx,
        ids=list(crm_keys),
        crm_keys=list(crm_keys.values()),
        now=now,
    )
