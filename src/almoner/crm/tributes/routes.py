"""`/api/Tribute`: in whose honour or memory people give."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.tributes import service
from almoner.crm.tributes.requests import TributeBody
from almoner.crm.tributes.views import TributeView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post, put, routes_in
from almoner.platform.wire import said


@post("/api/Tribute", "gift:write", judge=service.broken_in_tribute)
async def create_tribute(tx: Tx, data: TributeBody, clock: Clock, crm_url: CrmUrl) -> TributeView:
    """Create a tribute."""
    return await service.create_tribute(tx, said(data), clock.now(), crm_url)


@put("/api/Tribute/{tribute_id:int}", "gift:write", judge=service.broken_in_tribute)
async def replace_tribute(
    tx: Tx, tribute_id: int, data: TributeBody, clock: Clock, crm_url: CrmUrl
) -> TributeView:
    """Replace a tribute; what is left out is cleared."""
    return await service.replace_tribute(tx, tribute_id, said(data), clock.now(), crm_url)


@get("/api/Tribute/Search", "gift:read", sorts={"id": "id"})
async def search_tributes(
    tx: Tx,
    page: PageQuery,
    crm_url: CrmUrl,
    search: Annotated[
        str | None, Meta(description="Words of the name in any order, in whatever case.")
    ] = None,
    name: Annotated[str | None, Meta(description="Another name of `search`.")] = None,
    city: Annotated[str | None, Meta(description="How the city begins, in whatever case.")] = None,
    state: Annotated[str | None, Meta(description="The state as it is written, in whatever case.")] = None,
    tribute_type: Annotated[
        str | None, Meta(description="`InHonorOf` or `InMemoryOf`, or as people read it.")
    ] = None,
) -> list[TributeView]:
    """Find tributes by name, city, state and type, in the order of names: no envelope, at most `take` of them."""
    looked_for = {
        "words": " ".join(text for text in (search, name) if text),
        "city": city,
        "state": state,
        "tribute_type": tribute_type,
    }
    paging = page.checked()
    return await service.search_tributes(tx, looked_for, (paging.skip, paging.take), crm_url)


routes = routes_in(__name__)
