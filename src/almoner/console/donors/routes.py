"""`/console/donors/{id}/contact`: a donor beside a contact, the link between them, and the way back.

Each button may be pressed twice: what is so already stays so.
"""

from __future__ import annotations

from urllib.parse import urlencode

from almoner.console.access import local_path, signed_in
from almoner.console.donors import service
from almoner.console.donors.views import link_view
from almoner.console.pages import go_back, show_page
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import Reply, Request, get, post, redirect, routes_in


@get("/console/donors/{donor_id:int}/contact", "donor:read")
async def donor_contact_page(
    request: Request, tx: Tx, donor_id: int, clock: Clock, crm_key: str = "", return_to: str = ""
) -> Reply:
    """The donor, the contact it is, and beside it the one that was asked for."""
    now = clock.now()
    link = await service.read_link(tx, donor_id, crm_key, now)
    view = link_view(link, crm_key, signed_in(request).organization, now)
    back_to = local_path(return_to) if return_to else view.donor_url
    return await show_page(
        request, tx, "donors/page.html", title=view.title, view=view, return_to=back_to, typed=crm_key
    )


@post("/console/donors/{donor_id:int}/contact", "donor:update", once=False)
async def link_donor(request: Request, tx: Tx, donor_id: int, clock: Clock, wake: Wake) -> Reply:
    """Link a donor to the contact that is meant, or forget a key that names none."""
    form, now = await request.form(), clock.now()
    key = form.get("crmKey", "")
    if form.get("forget"):
        said = await service.forget_key(tx, donor_id, form.get("seen"), now)
    else:
        is_confirmed = form.get("confirmed") == key.strip()
        said = await service.link_donor(tx, donor_id, key, form.get("seen"), now, is_confirmed=is_confirmed)
    if said in (service.UNCONFIRMED, service.OVERTAKEN):
        query = {"crmKey": key.strip(), "returnTo": local_path(form.get("returnTo", "")), "said": said}
        return redirect(f"/console/donors/{donor_id}/contact?{urlencode(query)}")
    wake.ring()
    return await go_back(request, said)


@post("/console/donors/{donor_id:int}/contact/back", "donor:update", once=False)
async def take_link_back(request: Request, tx: Tx, donor_id: int, clock: Clock, wake: Wake) -> Reply:
    """Take back a link that was a mistake."""
    key = (await request.form()).get("crmKey", "")
    said = await service.take_back(tx, donor_id, key, clock.now())
    wake.ring()
    return await go_back(request, said)


routes = routes_in(__name__)
