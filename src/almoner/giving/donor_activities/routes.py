"""`/api/Donor/{id}/activities`: what happened with a donor."""

from __future__ import annotations

from almoner.giving.donor_activities import service
from almoner.giving.donor_activities.views import DonorActivityView
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, routes_in
from almoner.platform.wire import RaisePage


@get("/api/Donor/{donor_id:int}/activities", "donor:read", extension=True, sorts=service.SORTS)
async def list_donor_activities(tx: Tx, donor_id: int, page: PageQuery) -> RaisePage[DonorActivityView]:
    """Page through what happened with a donor: gifts, moves, merges, keys. The latest come first."""
    return RaisePage.of(await service.list_activities(tx, donor_id, page.checked()))


routes = routes_in(__name__)
