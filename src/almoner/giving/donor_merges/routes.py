"""`/api/Donor/{id}/merge`: donors who are one (the original's paths are unknown, choices.md)."""

from __future__ import annotations

from almoner.giving.donor_merges import service
from almoner.giving.donor_merges.requests import DonorMergeBody, DonorUnmergeBody
from almoner.giving.donor_merges.views import DonorMergeView, MergePreviewView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import get, post, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.wire import RaisePage, said


@get("/api/Donor/{donor_id:int}/merge-preview/{duplicate_id:int}", "donor:read", extension=True)
async def preview_donor_merge(tx: Tx, donor_id: int, duplicate_id: int) -> MergePreviewView:
    """Both donors side by side, and what would move if the duplicate were merged into the donor."""
    return await service.preview(tx, donor_id, duplicate_id)


@post(
    "/api/Donor/{donor_id:int}/merge",
    "donor:update",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_merge,
)
async def merge_donors(
    tx: Tx, caller: Caller, donor_id: int, data: DonorMergeBody, clock: Clock, wake: Wake
) -> DonorMergeView:
    """Merge a duplicate into this donor: gifts move, and gifts by its e-mail addresses are this donor's. Nothing of this donor's own changes."""
    merge = await service.merge_donors(tx, donor_id, said(data), clock.now(), by=caller.name)
    wake.ring()
    return merge


@post(
    "/api/Donor/{donor_id:int}/unmerge",
    "donor:update",
    extension=True,
    raises=(Conflict,),
    judge=service.broken_in_unmerge,
)
async def unmerge_donor(
    tx: Tx, caller: Caller, donor_id: int, data: DonorUnmergeBody, clock: Clock, wake: Wake
) -> DonorMergeView:
    """Let a donor who was merged be its own again: what the merge moved comes back, what came since stays with the survivor."""
    merge = await service.unmerge_donor(tx, donor_id, said(data), clock.now(), by=caller.name)
    wake.ring()
    return merge


@get("/api/Donor/{donor_id:int}/merges", "donor:read", extension=True)
async def list_donor_merges(tx: Tx, donor_id: int) -> RaisePage[DonorMergeView]:
    """The merges that a donor was a part of, the first one first."""
    items = await service.list_merges(tx, donor_id)
    return RaisePage(items=items, total=len(items))


routes = routes_in(__name__)
