"""`/api/Premium`: what givers get in return, and how many there are."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.premiums import service
from almoner.crm.premiums.catalog import PREMIUMS
from almoner.crm.premiums.errors import PremiumCodeTaken
from almoner.crm.premiums.requests import COUNT_MAX, PremiumBody
from almoner.crm.premiums.views import PremiumView
from almoner.crm.projects.requests import SearchBody
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query, search
from almoner.platform.wire import CrmPage, said


@post("/api/Premium", "gift:write", raises=(PremiumCodeTaken,), judge=service.broken_in_premium)
async def create_premium(tx: Tx, data: PremiumBody, clock: Clock) -> PremiumView:
    """Create a premium."""
    return await service.create_premium(tx, said(data), clock.now())


@get("/api/Premium", "gift:read", sorts=service.SORTS)
async def list_premiums(tx: Tx, page: PageQuery) -> CrmPage[PremiumView]:
    """Page through premiums."""
    return CrmPage.of(await service.list_premiums(tx, page.checked()))


@get("/api/Premium/{premium_id:int}", "gift:read")
async def get_premium(tx: Tx, premium_id: int) -> PremiumView:
    """Read one premium."""
    return await service.STOCK.one(tx, premium_id)


@get("/api/Premium/Code/{premium_code:str}", "gift:read")
async def get_premium_by_code(
    tx: Tx, premium_code: Annotated[str, Meta(description="The code of the premium, in whatever case.")]
) -> PremiumView:
    """Read the premium with this code, written in any case."""
    return await service.read_premium_by_code(tx, premium_code)


@put(
    "/api/Premium/{premium_id:int}", "gift:write", raises=(PremiumCodeTaken,), judge=service.broken_in_premium
)
async def replace_premium(tx: Tx, premium_id: int, data: PremiumBody, clock: Clock) -> PremiumView:
    """Replace a premium. What is left out is cleared, but for the stock, which stays."""
    return await service.replace_premium(tx, premium_id, said(data), clock.now())


@put("/api/Premium/Increment/{premium_id:int}", "gift:write")
async def increment_premium(
    tx: Tx,
    premium_id: int,
    clock: Clock,
    incrementor: Annotated[int, Meta(ge=1, le=COUNT_MAX, description="How many come: positive.")] = 1,
) -> PremiumView:
    """Raise the stock of a premium, beside others who move it."""
    return await service.move_stock(tx, premium_id, incrementor, "incrementor", clock.now())


@put("/api/Premium/Decrement/{premium_id:int}", "gift:write")
async def decrement_premium(
    tx: Tx,
    premium_id: int,
    clock: Clock,
    decrementor: Annotated[
        int, Meta(ge=-COUNT_MAX, le=-1, description="How many go, as a negative number.")
    ] = -1,
) -> PremiumView:
    """Lower the stock of a premium, beside others who move it; no more can be taken than there are."""
    return await service.move_stock(tx, premium_id, decrementor, "decrementor", clock.now())


@get("/api/Premium/QueryOptions", "gift:read")
async def get_premium_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of premiums, the organization's own fields among it."""
    return options_view(PREMIUMS, (await service.own_parameters(tx)).values())


@get("/api/Premium/CustomFields", "gift:read")
async def list_premium_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of premiums."""
    return await list_fields(tx, "Premium")


@query("/api/Premium/Query", "gift:read", PREMIUMS, service.own_parameters)
async def query_premiums(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[PremiumView]]:
    """Find premiums."""
    found = await service.query_premiums(tx, data, window, clock.now())
    return answered(request, found, CrmPage.of, lambda premium: premium)


@search("/api/Premium/Search", "gift:read")
async def search_premiums(
    tx: Snapshot, request: Request, data: SearchBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[PremiumView]]:
    """Find premiums by a piece of their name, code or description, in the order of names."""
    found = await service.search_premiums(tx, data.search, window, clock.now())
    return answered(request, found, CrmPage.of, lambda premium: premium)


routes = routes_in(__name__)
