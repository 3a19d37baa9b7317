"""`/console/gifts/{id}`: a gift of giving, the region that follows its state, and one more try."""

from __future__ import annotations

from datetime import datetime

from almoner.console.access import signed_in
from almoner.console.gift import service
from almoner.console.gift.service import Story
from almoner.console.gift.views import facts_view, state_view
from almoner.console.pages import go_back, show_page
from almoner.console.receipts.views import receipt_rows
from almoner.console.rendering import LiveRegion, refresh, render
from almoner.giving.receipts import service as receipts
from almoner.kernel.clock import Clock
from almoner.kernel.paging import Paging
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import Reply, Request, get, post, routes_in
from almoner.sync.rules import State

RECEIPTS_SHOWN = 20
"""Receipts of one gift on its page, the latest ones."""


@get("/console/gifts/{gift_id:int}", "gift:read")
async def gift_page(request: Request, tx: Tx, gift_id: int, clock: Clock) -> Reply:
    """Everything about one gift."""
    story = await service.read_story(tx, gift_id, signed_in(request).may)
    view = facts_view(story, signed_in(request).organization, clock.now())
    state = _state(request, story, clock.now())
    newest = Paging(0, RECEIPTS_SHOWN, receipts.SORTS["id"], descending=True)
    found = await receipts.list_receipts(tx, newest, gift_id=gift_id)
    return await show_page(
        request,
        tx,
        "gift/page.html",
        title=view.title,
        view=view,
        state=state,
        gift_id=gift_id,
        receipts=receipt_rows(found.items, signed_in(request).organization, clock.now()),
        receipts_at=f"/console/gifts/{gift_id}",
    )


@get("/console/gifts/{gift_id:int}/state", "gift:read")
async def gift_state_region(request: Request, tx: Tx, gift_id: int, clock: Clock) -> Reply:
    """Where the gift is, if that has changed."""
    return refresh(
        request, _state(request, await service.read_story(tx, gift_id, signed_in(request).may), clock.now())
    )


@post("/console/gifts/{gift_id:int}/retry", "sync:update", once=False)
async def retry_gift(request: Request, tx: Tx, gift_id: int, clock: Clock, wake: Wake) -> Reply:
    """Try the gift again, or the donor or gift that it waits for."""
    said = await service.retry_gift(tx, gift_id, clock.now())
    wake.ring()
    return await go_back(request, said)


def _state(request: Request, story: Story, now: datetime) -> LiveRegion:
    visitor, path = signed_in(request), f"/console/gifts/{story.gift.id}"
    seconds = 5 if story.why.record.state is State.SYNCED else 1
    view = state_view(story, visitor.organization, now)
    inner = render(
        "gift/state.html", view=view, visitor=visitor, csrf_token=visitor.csrf_token, return_to=path
    )
    return LiveRegion("gift-state", f"{path}/state", seconds, inner, f"{view.state_name}. {view.sentence}")


routes = routes_in(__name__)
