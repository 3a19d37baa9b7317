"""`/api/Form`: donation forms."""

from __future__ import annotations

from almoner.giving.filtering import Filter, OfCampaign
from almoner.giving.forms import service
from almoner.giving.forms.requests import DonationFormBody
from almoner.giving.forms.views import FormView
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Conflict
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@post("/api/Form", "campaign:write", judge=service.broken_in_form)
async def create_form(tx: Tx, data: DonationFormBody, clock: Clock) -> FormView:
    """Create a donation form of a campaign."""
    return await service.create_form(tx, said(data), clock.now())


@get("/api/Form/{form_id:int}", "campaign:read")
async def get_form(tx: Tx, form_id: int) -> FormView:
    """Read one form."""
    return await service.read_form(tx, form_id)


@put("/api/Form/{form_id:int}", "campaign:write", judge=service.broken_in_form)
async def replace_form(tx: Tx, form_id: int, data: DonationFormBody, clock: Clock) -> FormView:
    """Replace what a form says. What is left out is cleared; gifts that came by it stay as they are."""
    return await service.replace_form(tx, form_id, said(data), clock.now())


@delete("/api/Form/{form_id:int}", "campaign:write", raises=(Conflict,))
async def delete_form(tx: Tx, form_id: int, clock: Clock) -> None:
    """Delete a form that no gift came by. Another is made inactive instead."""
    await service.delete_form(tx, form_id, clock.now())


@get("/api/Form/list", "campaign:read", sorts=service.SORTS)
async def list_forms(
    tx: Tx, page: PageQuery, filter_: Filter = None, campaign_id: OfCampaign = None
) -> RaisePage[FormView]:
    """Page through forms."""
    found = await service.list_forms(tx, page.checked(), filter_=filter_, campaign_id=campaign_id)
    return RaisePage.of(found)


routes = routes_in(__name__)
