"""`/console/gifts`: the list. Its address says which gifts it shows, so that it can be kept and sent."""

from __future__ import annotations

from almoner.console.access import signed_in
from almoner.console.gift_list import service
from almoner.console.gift_list.rules import asked
from almoner.console.gift_list.views import list_view
from almoner.console.pages import show_page
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import Reply, Request, get, routes_in


@get("/console/gifts", "gift:read")
async def gift_list(
    request: Request,
    tx: Tx,
    clock: Clock,
    show: str = "",
    detail: str = "",
    q: str = "",
    donor: int | None = None,
    before: int | None = None,
) -> Reply:
    """A page of gifts: of one state or reason, of a search, or of all."""
    wanted = asked(show, detail, q, donor, before)
    visitor = signed_in(request)
    page = await service.read_page(tx, wanted, shows_donors=visitor.may("donor:read"))
    view = list_view(page, wanted, visitor.organization, clock.now())
    return await show_page(request, tx, "gift_list/page.html", title=view.title, view=view)


routes = routes_in(__name__)
