"""`/api/Gift`: enter, read, change and take back gifts."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from msgspec import Meta

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gifts import enter, reverse, revise, service
from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.gifts.errors import DesignationsRefused, GiftStays, SegmentRefused, TransactionTaken
from almoner.crm.gifts.requests import (
    BULK_MAX,
    GiftBodies,
    GiftBody,
    GiftPatches,
    GiftReplacementBody,
    ReversalBody,
)
from almoner.crm.gifts.rows import GiftByReferenceView, GiftRowView, gift_by_reference
from almoner.crm.gifts.views import GiftView, NonCashGiftTypeView, non_cash_gift_types
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, delete, get, patch, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.settings import Settings
from almoner.platform.wire import CrmPage, said

REFUSALS = (DesignationsRefused, SegmentRefused, TransactionTaken)
"""Why gifts are not entered, beside what is wrong with the fields of any operation."""


async def broken_in_gift(tx: Tx, data: GiftBody, clock: Clock, settings: Settings) -> list[FieldError]:
    """See `enter.broken_in_entries`."""
    most = settings.gift_projects_max
    return await enter.broken_in_entries(tx, [data], clock.now(), prefixed=False, parts_max=most)


@post("/api/Gift", "gift:write", raises=REFUSALS, judge=broken_in_gift)
async def create_gift(tx: Tx, data: GiftBody, clock: Clock, settings: Settings, crm_url: CrmUrl) -> GiftView:
    """Enter a gift of a contact, split over projects. The same gift again, by `transactionSource` and `transactionId`, is answered with the first."""
    return await enter.enter_gift(tx, data, clock.now(), crm_url, parts_max=settings.gift_projects_max)


async def broken_in_gifts(tx: Tx, data: GiftBodies, clock: Clock, settings: Settings) -> list[FieldError]:
    """See `enter.broken_in_entries`; of one too many nothing is looked at."""
    most = settings.gift_projects_max
    return await enter.broken_in_entries(tx, data[:BULK_MAX], clock.now(), prefixed=True, parts_max=most)


@post("/api/Gift/Bulk", "gift:write", raises=REFUSALS, judge=broken_in_gifts)
async def create_gifts(
    tx: Tx, data: GiftBodies, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> list[GiftView]:
    """Enter up to 100 gifts, all or none: when one is broken, none is made, and all that is broken in any is named, as `[1].amount`."""
    return await enter.enter_bulk(tx, data, clock.now(), crm_url, parts_max=settings.gift_projects_max)


async def broken_in_reversal(tx: Tx, data: ReversalBody, clock: Clock) -> tuple[FieldError, ...]:
    """See `reverse.broken_in_reversal`."""
    return await reverse.broken_in_reversal(tx, data, clock.now())


@post("/api/Gift/ReversingTransaction", "gift:write", judge=broken_in_reversal)
async def reverse_gift(tx: Tx, data: ReversalBody, clock: Clock, crm_url: CrmUrl) -> GiftView:
    """Take back a gift by another of negative amounts: a refund, a charge that came back. The original stays as it is.

    All that is left of it, or an `amount` of all parts in proportion, or what `giftDesignations` say of each project: never more than is left.
    """
    return await reverse.reverse_gift(tx, data, clock.now(), crm_url)


async def broken_in_replacement(
    tx: Tx, gift_id: int, data: GiftReplacementBody, clock: Clock, settings: Settings
) -> list[FieldError]:
    """See `revise.broken_in_replacement`."""
    most = settings.gift_projects_max
    return await revise.broken_in_replacement(tx, gift_id, data, clock.now(), parts_max=most)


@put(
    "/api/Gift/{gift_id:int}",
    "gift:write",
    raises=(DesignationsRefused, SegmentRefused),
    judge=broken_in_replacement,
)
async def replace_gift(
    tx: Tx, gift_id: int, data: GiftReplacementBody, clock: Clock, settings: Settings, crm_url: CrmUrl
) -> GiftView:
    """Replace a gift.

    What is left out is cleared; who gave it, its type and its source stay, and so do day, amount, currency and designations that are left out. What
    was read and is sent back as it is changes nothing. A project that is inactive takes no designation that it does not have. Of a gift that
    another system sent, and of one that takes another back, day and money stay as they are.
    """
    most = settings.gift_projects_max
    return await revise.replace_gift(tx, gift_id, data, clock.now(), crm_url, parts_max=most)


async def broken_in_patches(tx: Tx, data: GiftPatches) -> list[FieldError]:
    """See `revise.broken_in_patches`."""
    return await revise.broken_in_patches(tx, revise.patches_in(data, said))


@patch("/api/Gift", "gift:write", judge=broken_in_patches)
async def patch_gifts(
    tx: Tx, data: GiftPatches, clock: Clock
) -> Annotated[str, Meta(description="A sentence that says how many gifts were named.")]:
    """Change the receipt's day, notes and custom fields of several gifts: of each element's gift what it names.

    All or nothing: when one element is broken, nothing changes, and all that is broken in any of them is named, as `[1].id`.
    """
    await revise.patch_gifts(tx, revise.patches_in(data, said), clock.now())
    return f"{len(data)} {'gift is' if len(data) == 1 else 'gifts are'} as asked."


@delete("/api/Gift/{gift_id:int}", "gift:write", raises=(GiftStays,))
async def delete_gift(tx: Tx, gift_id: int, clock: Clock, crm_url: CrmUrl) -> None:
    """Delete a gift that was a mistake. Money that went back is no mistake: take the gift back.

    It is gone from reads and totals, and its transaction source and id are free. One that was taken back stays until that is deleted; one
    that another system sent is mended there.
    """
    await revise.delete_gift(tx, gift_id, clock.now(), crm_url)


@get("/api/Gift/NonCashGiftTypes", "gift:read", sorts={"id": "id", "name": "name"})
async def list_non_cash_gift_types(page: PageQuery) -> CrmPage[NonCashGiftTypeView]:
    """Page through the kinds of things that are given and are no money."""
    asked, types = page.checked(), non_cash_gift_types()
    types.sort(key=attrgetter(asked.sort), reverse=asked.descending)
    return CrmPage(items=types[asked.skip : asked.skip + asked.take], total=len(types))


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
    found = await service.list_contact_gift_rows(tx, contact_id, page.checked(), crm_url)
    return CrmPage.of(found)


@get("/api/Gift/Passthrough/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_passthrough_gifts(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[GiftRowView]:
    """Page through the gifts that came through a contact."""
    found = await service.list_passthrough_gifts(tx, contact_id, page.checked(), crm_url)
    return CrmPage.of(found)


@get("/api/Gift/ByReference/{reference_id:str}", "gift:read", sorts=service.SORTS)
async def list_gifts_by_reference(
    tx: Tx,
    reference_id: Annotated[str, Meta(description="The id that the contact has in another system.")],
    page: PageQuery,
    crm_url: CrmUrl,
) -> CrmPage[GiftByReferenceView]:
    """Page through the gifts of the contacts that another system means by an id, each with its designations."""
    found = await service.list_gifts_by_reference(tx, reference_id, page.checked(), crm_url)
    return CrmPage(items=[gift_by_reference(gift) for gift in found.items], total=found.total)


@get("/api/Gift/QueryOptions", "gift:read")
async def get_gift_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of gifts, the organization's own fields among it.

    `Campaign Name` and `Campaign Id` find what came to a project of the campaign while it was in it, and what names a segment of it.
    """
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
    found = await service.query_gift_rows(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda row: row)


@query("/api/Gift/Query/FullGift", "gift:read", GIFTS, service.own_parameters)
async def query_full_gifts(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[GiftView]]:
    """Find gifts, each in full."""
    found = await service.query_gifts(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda gift: gift)


routes = routes_in(__name__)
