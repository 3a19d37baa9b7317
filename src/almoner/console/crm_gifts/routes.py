"""`/console/crm/gifts`: the list. Its address says which gifts it shows, so that it can be kept and sent."""

from __future__ import annotations

from functools import partial

from almoner.console.access import signed_in
from almoner.console.asking import Line, run, search_form, search_of
from almoner.console.crm_gifts.views import list_view
from almoner.console.pages import show_page
from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.gifts.service import own_parameters, query_gifts
from almoner.kernel.clock import Clock
from almoner.platform.database import Snapshot
from almoner.platform.http import Reply, Request, get, routes_in

FIRST = Line("Contact Name", "Contains")


@get("/console/crm/gifts", "gift:read")
async def crm_gift_list(request: Request, tx: Snapshot, clock: Clock) -> Reply:
    """A page of the gifts that the conditions of the address want."""
    search = search_of(request.query, "/console/crm/gifts", FIRST)
    found, errors = await run(search, partial(query_gifts, tx, now=clock.now(), crm_url=""))
    own = (each.name for each in (await own_parameters(tx)).values())
    form = search_form(search, (*(each.name for each in GIFTS.parameters), *own), errors)
    view = list_view(found, form, shows_contacts=signed_in(request).may("contact:read"))
    status = 400 if errors else 200
    return await show_page(
        request, tx, "crm_gifts/page.html", title="Gifts in the CRM", status=status, view=view, form=form
    )


routes = routes_in(__name__)
