"""`/console/crm/campaigns`: the list, narrowed by conditions in its address, and the page of one, to which the address leads that the API gives out."""

from __future__ import annotations

from functools import partial

from almoner.console.access import signed_in
from almoner.console.asking import Line, run, search_form, search_of
from almoner.console.crm_campaigns.service import read_standing
from almoner.console.crm_campaigns.views import campaign_page_view, list_view
from almoner.console.pages import show_page
from almoner.crm.campaigns.catalog import CAMPAIGNS
from almoner.crm.campaigns.service import progress_of, query_campaigns
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot
from almoner.platform.http import Reply, Request, get, redirect, routes_in

FIRST = Line("Name", "Contains")


@get("/console/crm/campaigns", "campaign:read")
async def crm_campaign_list(request: Request, tx: Snapshot, clock: Clock) -> Reply:
    """A page of the campaigns that the conditions of the address want, each with how far it has come."""
    search = search_of(request.query, "/console/crm/campaigns", FIRST)
    found, errors = await run(search, partial(query_campaigns, tx, now=clock.now()))
    progress = await progress_of(tx, found.page.items, None, clock.now()) if found is not None else []
    form = search_form(search, (each.name for each in CAMPAIGNS.parameters), errors)
    view = list_view(found, progress, form, tx.organization)
    status = 400 if errors else 200
    return await show_page(
        request,
        tx,
        "crm_campaigns/list.html",
        title="Campaigns in the CRM",
        status=status,
        view=view,
        form=form,
    )


@get("/console/crm/campaigns/{campaign_id:int}", "campaign:read")
async def crm_campaign_page(request: Request, tx: Snapshot, campaign_id: int, clock: Clock) -> Reply:
    """A campaign, with its communications and segments as far as the visitor may read those."""
    standing = await read_standing(tx, campaign_id, signed_in(request).may, clock.now())
    view = campaign_page_view(standing, tx.organization)
    return await show_page(request, tx, "crm_campaigns/page.html", title=view.name, view=view)


@get("/Campaign/{campaign_id:int}", None)
async def campaign_link(campaign_id: int) -> Reply:
    """The address that `crmKeyUrls` has for a campaign."""
    return redirect(f"/console/crm/campaigns/{campaign_id}")


routes = routes_in(__name__)
