"""`/api/Grant`: what organizations are applied to for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.crm.custom_fields.service import list_fields
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.crm.gifts.views import GiftView
from almoner.crm.grants import service
from almoner.crm.grants.catalog import GRANTS
from almoner.crm.grants.errors import ReferenceTaken
from almoner.crm.grants.requests import GrantBody
from almoner.crm.grants.views import GrantView
from almoner.crm.wire import CrmUrl
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict, FieldError
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import PageQuery, Request, WithHeaders, delete, get, post, put, routes_in
from almoner.platform.query import QueryBody, QueryOptionsView, Window, options_view
from almoner.platform.query.serving import answered, query
from almoner.platform.wire import CrmPage, said


async def broken_in_grant(tx: Tx, data: GrantBody, clock: Clock) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.AWARDS.broken(tx, said(data), clock.now())


@post("/api/Grant", "gift:write", raises=(ReferenceTaken,), judge=broken_in_grant)
async def create_grant(tx: Tx, data: GrantBody, clock: Clock, crm_url: CrmUrl) -> GrantView:
    """Note a grant."""
    return await service.create_grant(tx, said(data), clock.now(), crm_url)


async def broken_in_change(tx: Tx, grant_id: int, data: GrantBody, clock: Clock) -> list[FieldError]:
    """See `Commitments.broken`."""
    return await service.AWARDS.broken(tx, said(data), clock.now(), grant_id)


@put("/api/Grant/{grant_id:int}", "gift:write", raises=(ReferenceTaken,), judge=broken_in_change)
async def replace_grant(tx: Tx, grant_id: int, data: GrantBody, clock: Clock, crm_url: CrmUrl) -> GrantView:
    """Replace a grant; what is left out is cleared."""
    return await service.replace_grant(tx, grant_id, said(data), clock.now(), crm_url)


@get("/api/Grant/{grant_id:int}", "gift:read")
async def get_grant(tx: Tx, grant_id: int, crm_url: CrmUrl) -> GrantView:
    """Read one grant."""
    return await service.AWARDS.one(tx, grant_id, crm_url)


@get("/api/Grant/ByReference/{reference_id:str}", "gift:read")
async def get_grant_by_reference(
    tx: Tx,
    reference_id: Annotated[str, Meta(description="The reference id of the grant.")],
    crm_url: CrmUrl,
) -> GrantView:
    """Read the grant with this reference id."""
    return await service.read_grant_by_reference(tx, reference_id, crm_url)


@delete("/api/Grant/{grant_id:int}", "gift:write", raises=(Conflict,))
async def delete_grant(tx: Tx, grant_id: int, clock: Clock, crm_url: CrmUrl) -> None:
    """Delete a grant that no gift pays."""
    await service.remove_grant(tx, grant_id, clock.now(), crm_url)


@get("/api/Grant/{grant_id:int}/Gifts", "gift:read")
async def list_gifts_of_grant(tx: Tx, grant_id: int, crm_url: CrmUrl) -> list[GiftView]:
    """List the gifts that pay a grant."""
    return await service.AWARDS.gifts(tx, grant_id, crm_url)


@get("/api/Grant/ByContact/{contact_id:int}", "gift:read", sorts=service.SORTS)
async def list_contact_grants(
    tx: Tx, contact_id: int, page: PageQuery, crm_url: CrmUrl
) -> CrmPage[GrantView]:
    """Page through the grants of one contact."""
    return CrmPage.of(await service.AWARDS.of_contact(tx, contact_id, page.checked(), crm_url))


@get("/api/Grant/QueryOptions", "gift:read")
async def get_grant_query_options(tx: Tx) -> QueryOptionsView:
    """List what can be asked of grants, the organization's own fields among it."""
    return options_view(GRANTS, (await service.AWARDS.own_parameters(tx)).values())


@get("/api/Grant/CustomFields", "gift:read")
async def list_grant_custom_fields(tx: Tx) -> list[CustomFieldView]:
    """List the organization's own fields of grants."""
    return await list_fields(tx, "Grant")


@query("/api/Grant/Query", "gift:read", GRANTS, service.AWARDS.own_parameters)
async def query_grants(
    tx: Snapshot, request: Request, data: QueryBody, window: Window, clock: Clock, crm_url: CrmUrl
) -> WithHeaders[CrmPage[GrantView]]:
    """Find grants."""
    found = await service.AWARDS.query(tx, data, window, clock.now(), crm_url)
    return answered(request, found, CrmPage.of, lambda grant: grant)


routes = routes_in(__name__)
