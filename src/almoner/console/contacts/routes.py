"""`/console/contact/{id}`, and the addresses that the APIs give out for contacts and gifts."""

from __future__ import annotations

from almoner.console.access import signed_in
from almoner.console.contacts.views import contact_page_view
from almoner.console.pages import show_page
from almoner.crm.contacts.service import read_contact
from almoner.crm.gifts.service import list_contact_gifts
from almoner.kernel.clock import Clock
from almoner.kernel.paging import Paging
from almoner.platform.database import Tx
from almoner.platform.http import Reply, Request, get, redirect, routes_in

GIFTS_SHOWN = 100


@get("/console/contact/{contact_id:int}", "contact:read")
async def contact_page(request: Request, tx: Tx, contact_id: int, clock: Clock) -> Reply:
    """A contact with its latest gifts, where the visitor may read gifts."""
    contact = await read_contact(tx, contact_id, clock.now())
    gifts = None
    if signed_in(request).may("gift:read"):
        gifts = await list_contact_gifts(tx, contact_id, Paging(0, GIFTS_SHOWN, "gift_on", descending=True))
    view = contact_page_view(contact, gifts)
    return await show_page(request, tx, "contacts/page.html", title=view.name, view=view)


@get("/Contact/{contact_id:int}", None)
async def contact_link(contact_id: int) -> Reply:
    """The address that `crmKeyUrls` has for a contact."""
    return redirect(f"/console/contact/{contact_id}")


@get("/Gift/{gift_id:int}", None)
async def gift_link(gift_id: int) -> Reply:
    """The address that sync states have for a gift."""
    return redirect(f"/console/gift/{gift_id}")


routes = routes_in(__name__)
