"""Read donors."""

from __future__ import annotations

from datetime import datetime

from almoner.giving.donors.rules import Donor
from almoner.kernel.errors import NotFound
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page

_queries = load_queries(__file__)

SORTS = {
    "id": "id",
    "createddatetime": "created_at",
    "createddate": "created_at",
    "email": "email",
    "name": "last_name",
}
"""`SortBy` names of the donor list (raise-api.md 1.1) and the columns behind them."""


async def read_donor(tx: Tx, donor_id: int) -> Donor:
    """One donor; `NotFound` when this organization has none with this id."""
    row = await _queries.donor_by_id(tx, id=donor_id)
    if row is None:
        raise NotFound(f"There is no donor {donor_id}.")
    return Donor(**row)


async def read_donors(tx: Tx, donor_ids: list[int]) -> dict[int, Donor]:
    """Donors by id; unknown ids are left out."""
    rows = await _queries.donors_by_ids(tx, ids=donor_ids)
    return {row["id"]: Donor(**row) for row in rows}


async def list_donors(tx: Tx, paging: Paging) -> Page[Donor]:
    """A page of donors that are not archived, and how many there are."""
    return await read_page(tx, _queries.list_donors, paging, lambda row: Donor(**row))


async def link_donors(tx: Tx, crm_keys: dict[int, str], now: datetime) -> None:
    """Write the CRM key of each donor back."""
    await _queries.link_donors(
        tx,
        ids=list(crm_keys),
        crm_keys=list(crm_keys.values()),
        now=now,
    )
