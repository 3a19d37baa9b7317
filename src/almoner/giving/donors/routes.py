"""`/api/Donor`: read donors and change them. A donor comes into being through give."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from almoner.giving.donors import service
from almoner.giving.donors.requests import DonorBody, DonorPatchBody
from almoner.giving.donors.rules import Donor
from almoner.giving.donors.views import DonorView, donor_view
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import PageQuery, get, patch, post, put, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import PublicUrl
from almoner.platform.telling import remains, tell_each
from almoner.platform.wire import RaisePage, said


@get("/api/Donor/{donor_id:int}", "donor:read")
async def get_donor(tx: Tx, donor_id: int, public_url: PublicUrl) -> DonorView:
    """Read one donor; of one that was merged, the one it is now."""
    donor = await service.survivor_of(tx, donor_id)
    (view,) = _told([donor], public_url, merged_donor_id=None if donor.id == donor_id else donor_id)
    return view


@patch("/api/Donor/{donor_id:int}", "donor:write", raises=(Conflict,), judge=service.broken_in_change)
async def change_donor(
    tx: Tx,
    caller: Caller,
    donor_id: int,
    data: DonorPatchBody,
    clock: Clock,
    wake: Wake,
    public_url: PublicUrl,
) -> DonorView:
    """Change a donor: what is absent or null stays. A donor who is in the CRM changes there too."""
    donor = await service.change_donor(tx, donor_id, said(data), clock.now(), by=f"API key {caller.key_id}")
    wake.ring()
    (view,) = _told([donor], public_url)
    return view


@put("/api/Donor/{donor_id:int}", "donor:write", raises=(Conflict,), judge=service.broken_in_replacement)
async def replace_donor(
    tx: Tx, caller: Caller, donor_id: int, data: DonorBody, clock: Clock, wake: Wake, public_url: PublicUrl
) -> DonorView:
    """Replace what a donor is: what is absent, null or blank is cleared, keys alone stay. It makes no new donor: give does."""
    donor = await service.replace_donor(tx, donor_id, said(data), clock.now(), by=f"API key {caller.key_id}")
    wake.ring()
    (view,) = _told([donor], public_url)
    return view


@post("/api/Donor/{donor_id:int}/archive", "donor:write", raises=(Conflict,))
async def archive_donor(tx: Tx, donor_id: int, clock: Clock, public_url: PublicUrl) -> DonorView:
    """Hide a donor from lists. Gifts find the donor as before; twice is as once."""
    (view,) = _told([await service.archive_donor(tx, donor_id, clock.now(), archived=True)], public_url)
    return view


@post("/api/Donor/{donor_id:int}/unarchive", "donor:write", raises=(Conflict,))
async def unarchive_donor(tx: Tx, donor_id: int, clock: Clock, public_url: PublicUrl) -> DonorView:
    """Show a donor in lists again."""
    (view,) = _told([await service.archive_donor(tx, donor_id, clock.now(), archived=False)], public_url)
    return view


@get("/api/Donor/list", "donor:read", sorts=service.SORTS)
async def list_donors(tx: Tx, page: PageQuery, public_url: PublicUrl) -> RaisePage[DonorView]:
    """Page through donors."""
    found = await service.list_donors(tx, page.checked())
    return RaisePage(items=_told(found.items, public_url), total=found.total)


def _told(donors: Sequence[Donor], public_url: str, merged_donor_id: int | None = None) -> list[DonorView]:
    return tell_each(
        "giving.donor",
        donors,
        partial(donor_view, public_url=public_url, merged_donor_id=merged_donor_id),
        partial(remains, DonorView),
        lambda donor: donor.id,
    )


routes = routes_in(__name__)
