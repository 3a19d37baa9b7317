"""`/api/CustomField`: the fields that an organization adds to its donors. The original has such operations, whose paths are not known."""

from __future__ import annotations

from almoner.giving.custom_fields import service
from almoner.giving.custom_fields.views import CustomFieldView
from almoner.giving.filtering import Filter
from almoner.kernel.clock import Clock
from almoner.kernel.custom_fields import CustomFieldTaken
from almoner.platform.custom_fields.requests import CustomFieldBody, CustomFieldChangeBody
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@post(
    "/api/CustomField",
    "custom-field:write",
    extension=True,
    raises=(CustomFieldTaken,),
    judge=service.FIELDS.broken_in_new,
)
async def create_custom_field(tx: Tx, data: CustomFieldBody, clock: Clock) -> CustomFieldView:
    """Add a custom field to donors."""
    return await service.FIELDS.create(tx, said(data), clock.now())


@get("/api/CustomField/{field_id:int}", "custom-field:read", extension=True)
async def get_custom_field(tx: Tx, field_id: int) -> CustomFieldView:
    """Read one custom field of donors."""
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


@get("/api/CustomField/list", "custom-field:read", extension=True, sorts=service.SORTS)
async def list_custom_fields(tx: Tx, page: PageQuery, filter_: Filter = None) -> RaisePage[CustomFieldView]:
    """Page through custom fields of donors, archived ones among them."""
    return RaisePage.of(await service.list_fields(tx, page.checked(), filter_))


routes = routes_in(__name__)
