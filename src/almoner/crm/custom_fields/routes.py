"""`/api/CustomField`: the fields that an organization adds to its records."""

from __future__ import annotations

from almoner.crm.custom_fields import service
from almoner.crm.custom_fields.errors import CustomFieldTaken
from almoner.crm.custom_fields.requests import (
    CustomFieldBody,
    CustomFieldChangeBody,
    CustomFieldSearchBody,
)
from almoner.crm.custom_fields.views import CustomFieldView
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot, Tx
from almoner.platform.http import Request, WithHeaders, get, post, put, routes_in
from almoner.platform.query import Window
from almoner.platform.query.serving import answered, search
from almoner.platform.wire import CrmPage, said


@search("/api/CustomField/Search", "custom-field:read")
async def search_custom_fields(
    tx: Snapshot, request: Request, data: CustomFieldSearchBody, window: Window, clock: Clock
) -> WithHeaders[CrmPage[CustomFieldView]]:
    """Find custom fields by a piece of their name, in the order of names. Archived ones are left out."""
    found = await service.search_fields(tx, data.search, window, clock.now())
    return answered(request, found, CrmPage.of, lambda field: field)


@post(
    "/api/CustomField",
    "custom-field:write",
    extension=True,
    raises=(CustomFieldTaken,),
    judge=service.FIELDS.broken_in_new,
)
async def create_custom_field(tx: Tx, data: CustomFieldBody, clock: Clock) -> CustomFieldView:
    """Add a custom field to a kind of record."""
    return await service.FIELDS.create(tx, said(data), clock.now())


@get("/api/CustomField/{field_id:int}", "custom-field:read", extension=True)
async def get_custom_field(tx: Tx, field_id: int) -> CustomFieldView:
    """Read one custom field."""
    return await service.FIELDS.one(tx, field_id)


@put(
    "/api/CustomField/{field_id:int}",
    "custom-field:write",
    extension=True,
    raises=(CustomFieldTaken,),
    judge=service.FIELDS.broken_in_change,
)
async def change_custom_field(
    tx: Tx, field_id: int, data: CustomFieldChangeBody, clock: Clock
) -> CustomFieldView:
    """Let a custom field be shown and used otherwise, or take it out of use. What is left out stays."""
    return await service.FIELDS.revise(tx, field_id, said(data), clock.now())


routes = routes_in(__name__)
