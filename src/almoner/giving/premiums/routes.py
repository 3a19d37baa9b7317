"""`/api/Premium`: what donors get in return."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.coded import CodeTaken
from almoner.giving.filtering import Filter
from almoner.giving.premiums import service
from almoner.giving.premiums.requests import COUNT_MAX, PremiumBody
from almoner.giving.premiums.views import PremiumView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@post("/api/Premium", "campaign:write", raises=(CodeTaken,), judge=service.broken)
async def create_premium(tx: Tx, data: PremiumBody, clock: Clock) -> PremiumView:
    """Create a premium."""
    return await service.create_premium(tx, said(data), clock.now())


@get("/api/Premium/{premium_id:int}", "campaign:read")
async def get_premium(tx: Tx, premium_id: int) -> PremiumView:
    """Read one premium."""
    return await service.PREMIUMS.one(tx, premium_id)


@put("/api/Premium/{premium_id:int}", "campaign:write", raises=(CodeTaken,), judge=service.broken)
async def replace_premium(tx: Tx, premium_id: int, data: PremiumBody, clock: Clock) -> PremiumView:
    """Replace a premium. What is left out is cleared, but for the stock, which stays."""
    return await service.replace_premium(tx, premium_id, said(data), clock.now())


@put("/api/Premium/Increment/{premium_id:int}", "campaign:write")
async def increment_premium(
    tx: Tx,
    premium_id: int,
    clock: Clock,
    incrementor: Annotated[int, Meta(ge=1, le=COUNT_MAX, description="How many come: positive.")] = 1,
) -> PremiumView:
    """Raise the stock of a premium, beside gifts that lower it."""
    return await service.raise_stock(tx, premium_id, incrementor, clock.now())


@delete("/api/Premium/{premium_id:int}", "campaign:write", raises=(Conflict,))
async def delete_premium(tx: Tx, premium_id: int, clock: Clock) -> None:
    """Delete a premium that no gift and no form names. One that was given out is made inactive instead."""
    await service.PREMIUMS.remove(tx, premium_id, clock.now())


@get("/api/Premium/list", "campaign:read", sorts=service.SORTS)
async def list_premiums(tx: Tx, page: PageQuery, filter_: Filter = None) -> RaisePage[PremiumView]:
    """Page through premiums."""
    return RaisePage.of(await service.list_premiums(tx, page.checked(), filter_))


routes = routes_in(__name__)
