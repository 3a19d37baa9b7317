"""`/api/Gift`: read gifts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gifts import enter, service
from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.gifts.errors import DesignationsRefused, TransactionTaken
from almoner.crm.gifts.requests import BULK_MAX, GiftBodies, GiftBody, ReversalBody
from almoner.crm.gifts.views import GiftRowView, GiftView, gift_row
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, get, post, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.settings import Settings
from almoner.platform.wire import CrmPage


async def broken_in_gift(tx: Tx, data: GiftBody, clock: Clock, settings: Settings) -> list[FieldError]:
    """See `enter.broken_in_entries`."""
    most = settings.gift_projects_max
    return await enter.broken_in_entries(tx, [data], clock.now(), prefixed=False, parts_max=most)


@post("/api/Gift", "gift:write", raises=(DesignationsRefused, TransactionTaken), judge=broken_in_gift)
async def create_gift(tx: Tx, data: GiftBody, clock: Clock, settings: Settings, crm_url: CrmUrl) -> GiftView:
    """Enter a gift of a contact, split over projects. The same gift again, by `transactionSource` and `transactionId`, is answered with the first."""
    return await enter.enter_gift(tx, data, clock.now(), crm_url, parts_max=settings.gift_projects_max)


async def broken_in_gifts(tx: Tx, data: GiftBodies, clock: Clock, settings: Settings) -> list[FieldError]:
    """See `enter.broken_in_entries`; of one too many nothing is looked at."""
    most = settings.gift_projects_max
    return await enter.broken_in_entries(tx, data[:BULK_MAX], clock.now(), prefixed=True, parts_max=most)


@post("/api/Gift/Bulk", "gift:write", raises=(DesignationsRefused, TransactionTaken), judge=broken_in_gifts)
async def create_gifts(
    tx: Tx, data: GiftBodies, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> list[GiftView]:
    """Enter up to 100 gifts, all or none: when one is broken, none is made, and all that is broken in any is named, as `[1].amount`."""
    return await enter.enter_bulk(tx, data, clock.now(), crm_url, parts_max=settings.gift_projects_max)


async def broken_in_reversal(tx: Tx, data: ReversalBody, clock: Clock) -> tuple[FieldError, ...]:
    """See `enter.broken_in_reversal`."""
    return await enter.broken_in_reversal(tx, data, clock.now())


@post("/api/Gift/ReversingTransaction", "gift:write", judge=broken_in_reversal)
async def reverse_gift(tx: Tx, data: ReversalBody, clock: Clock, crm_url: CrmUrl) -> GiftView:
    """Take back a gift by another of negative amounts: a refund, a charge that came back. The original stays as it is."""
    return await enter.reverse_gift(tx, data, clock.now(), crm_url)


@get("/api/Gift/{gift_id:int}", "gift:read")
async def get_gift(tx: Tx, gift_id: int, crm_url: CrmUrl) -> GiftView:
    """Read one gift."""
    return await service.read_gift(tx, gift_id, crm_url)


@get("/api/Gift/{transaction_source:str}/{transaction_id:str}", "gift:read")
async def get_gift_by_source(
    tx: Tx,
    transaction_source: Annotated[str, Meta(description="The system that the gift came from.")],
    transaction_id: Annotated[str, Meta(description="The key that the gift has there.")],
    crm_url: CrmUrl,
) -> GiftView:
    """Read the gift with this key in the system it came from."""
    return await service.read_gift_by_source(tx, transaction_source, transaction_id, crm_url)


@get("/api/Gift/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_gifts(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[GiftRowView]:
    """Page through the gifts of one contact."""
    found = await service.list_contact_gifts(tx, contact_id, page.checked(), crm_url)
    return CrmPage(items=[gift_row(gift) for gift in found.items], total=found.total)


@get("/api/Gift/QueryOptions", "gift:read")
async def get_gift_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of gifts, the organization's own fields among it."""
    return options_view(GIFTS, (await service.own_parameters(tx)).values())


@get("/api/Gift/CustomFields", "gift:read")
async def list_gift_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of gifts."""
    return await list_fields(tx, "Gift")


@query("/api/Gift/Query", "gift:read", GIFTS, service.own_parameters)
async def query_gifts(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[GiftRowView]]:
    """Find gifts, as lists have them."""
    return answered(
        request, await service.query_gifts(tx, data, window, clock.now(), crm_url), CrmPage.of, gift_row
    )


@query("/api/Gift/Query/FullGift", "gift:read", GIFTS, service.own_parameters)
async def query_full_gifts(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[GiftView]]:
    """Find gifts, each in full."""
    found = await service.query_gifts(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda gift: gift)


routes = routes_in(__name__)
