"""`/api/Sync`: why a record is or is not in the CRM, and one more try (extensions)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.contract import ProjectView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import PageQuery, get, post, routes_in
from almoner.platform.settings import PublicUrl
from almoner.platform.wire import RaisePage
from almoner.sync import offers, service
from almoner.sync.entities import BY_NAME
from almoner.sync.views import SyncView, sync_view

EntityName = Annotated[
    str, Meta(description="What the record is.", extra_json_schema={"enum": list(BY_NAME)})
]


@get("/api/Sync/{entity:str}/{record_id:int}", "sync:read", extension=True)
async def get_sync(tx: Tx, entity: EntityName, record_id: int, public_url: PublicUrl) -> SyncView:
    """Read the one sync state of a donor or a gift, with its one reason."""
    return sync_view(await service.why(tx, entity, record_id), public_url)


@post("/api/Sync/{entity:str}/{record_id:int}/retry", "sync:update", extension=True, raises=(Conflict,))
async def retry_sync(
    tx: Tx, entity: EntityName, record_id: int, clock: Clock, wake: Wake, public_url: PublicUrl
) -> SyncView:
    """Try a failed or waiting record again now."""
    again = await service.retry(tx, entity, record_id, clock.now())
    wake.ring()
    return sync_view(again, public_url)


@get("/api/Sync/OfferedProjects", "project:read", extension=True, sorts=offers.SORTS)
async def list_offered_projects(tx: Tx, page: PageQuery) -> RaisePage[ProjectView]:
    """Page through the projects that a donation form offers.

    Active ones, but for those whose twin in the CRM, by code, is inactive or not available online. One without a twin is offered.
    """
    return RaisePage.of(await offers.offered_projects(tx, page.checked()))


routes = routes_in(__name__)
