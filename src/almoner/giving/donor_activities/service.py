"""Read what happened with a donor."""

from __future__ import annotations

from almoner.giving.donor_activities.views import DonorActivityView, activity_view
from almoner.kernel.errors import found
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)

SORTS = {"id": "at", "date": "at"}
"""`SortBy` names of a donor's activities. The latest come first, and `Descending` changes nothing."""


async def list_activities(tx: Tx, donor_id: int, paging: Paging) -> Page[DonorActivityView]:
    """A page of what happened with a donor, the latest first, and how much there is; `NotFound` without the donor."""
    total = found(await _queries.count(tx, donor_id=donor_id), "donor", donor_id)
    rows = await _queries.activities(
        tx, donor_id=donor_id, skip=paging.skip, take=paging.take, most=paging.skip + paging.take
    )
    return Page([activity_view(row) for row in rows], total)
