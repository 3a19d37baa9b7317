"""`/api/Donor`: read donors. A donor comes into being through give."""

from __future__ import annotations

from almoner.giving.donors import service
from almoner.giving.donors.views import DonorView, donor_view
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, routes_in
from almoner.platform.settings import PublicUrl
from almoner.platform.wire import RaisePage


@get("/api/Donor/{donor_id:int}", "donor:read")
async def get_donor(tx: Tx, donor_id: int, public_url: PublicUrl) -> DonorView:
    """Read one donor."""
    return donor_view(await service.read_donor(tx, donor_id), public_url)


@get("/api/Donor/list", "donor:read")
async def list_donors(tx: Tx, page: PageQuery, public_url: PublicUrl) -> RaisePage[DonorView]:
    """Page through donors."""
    found = await service.list_donors(tx, page.checked(service.SORTS))
    return RaisePage(items=[donor_view(donor, public_url) for donor in found.items], total=found.total)


routes = routes_in(__name__)
