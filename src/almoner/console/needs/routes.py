"""`/console/needs-you`: the causes, the sign of them in every header, and the buttons that mend them.

Each button may be pressed twice: what is so already stays so.
"""

from __future__ import annotations

from almoner.console.access import signed_in
from almoner.console.needs import service
from almoner.console.needs.views import cause_views
from almoner.console.pages import go_back, needs_sign, pressing_of, show_page
from almoner.console.rendering import refresh
from almoner.kernel.clock import Clock
from almoner.kernel.errors import Invalid
from almoner.kernel.ids import ID_MAX
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import Reply, Request, get, post, routes_in
from almoner.sync.rules import Reason
from almoner.sync.triage import service as triage


@get("/console/needs-you", "sync:read")
async def needs_page(request: Request, tx: Tx, after: int = 0) -> Reply:
    """The causes, the latest first, those after the first `after` of them."""
    skip = min(max(after, 0), ID_MAX // 2)
    visitor = signed_in(request)
    found = await service.read_causes(tx, skip, shows_donors=visitor.may("donor:read"))
    views = cause_views(found, visitor.organization)
    pressing = await pressing_of(request, tx)
    more = found.total - skip - len(found.causes)
    return await show_page(
        request,
        tx,
        "needs/page.html",
        title="Needs you",
        causes=views,
        others=[] if pressing is None else pressing.lines,
        skipped=skip,
        more=max(more, 0),
        at_least="at least " if found.total - skip >= triage.COUNTED_MAX else "",
    )


@get("/console/needs-you/sign", "sync:read")
async def needs_sign_region(request: Request, tx: Tx) -> Reply:
    """How much needs somebody, if it has changed."""
    return refresh(request, needs_sign(await triage.attention(tx), await pressing_of(request, tx)))


@post("/console/needs-you/project", "project:create", once=False)
async def open_project(request: Request, tx: Tx, clock: Clock, wake: Wake) -> Reply:
    """Make a project in the CRM, or let it take gifts again."""
    said = await service.open_project(tx, (await request.form()).get("code", ""), clock.now())
    wake.ring()
    return await go_back(request, said)


@post("/console/needs-you/retry", "sync:update", once=False)
async def retry_cause(request: Request, tx: Tx, clock: Clock, wake: Wake) -> Reply:
    """Try again what failed for one cause."""
    form = await request.form()
    entity, reason = form.get("entity", ""), form.get("reason", "")
    if reason not in list(Reason):
        raise Invalid.field("reason", "UNKNOWN", "There is no such reason.")
    queued = await triage.retry_cause(tx, entity, Reason(reason), form.get("detail"), clock.now())
    wake.ring()
    return await go_back(request, "retried" if queued else "settled")


@post("/console/donors/{donor_id:int}/name", "donor:update", once=False)
async def name_donor(request: Request, tx: Tx, donor_id: int, clock: Clock, wake: Wake) -> Reply:
    """Give a donor a last name."""
    name = (await request.form()).get("lastName", "")
    said = await service.name_donor(tx, donor_id, name, clock.now())
    wake.ring()
    return await go_back(request, said)


routes = routes_in(__name__)
