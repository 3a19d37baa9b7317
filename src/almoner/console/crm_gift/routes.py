"""`/console/gift/{id}`: the page of a CRM gift, where `crmKeyUrls` and the pages of giving's gifts lead."""

from __future__ import annotations

from almoner.console.access import signed_in
from almoner.console.crm_gift.service import read_story
from almoner.console.crm_gift.views import gift_page_view
from almoner.console.pages import show_page
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import Reply, Request, get, routes_in


@get("/console/gift/{gift_id:int}", "gift:read")
async def crm_gift_page(request: Request, tx: Tx, gift_id: int, clock: Clock) -> Reply:
    """A gift of the CRM, with its contact and campaigns as far as the visitor may read those."""
    story = await read_story(tx, gift_id, signed_in(request).may)
    view = gift_page_view(story, tx.organization, clock.now())
    return await show_page(request, tx, "crm_gift/page.html", title=view.title, view=view)


routes = routes_in(__name__)
