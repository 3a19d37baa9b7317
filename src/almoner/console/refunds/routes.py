"""`/console/gifts/{id}/refund`: say how much of a gift goes back, and send it back. And `/console/refunds`: all that went back, or may.

The page is the confirmation. Its form carries a key that stays the same when it is shown again; pressed twice it refunds once, and while
nobody knows of a refund whether it went, there is no form for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from almoner.console.access import signed_in
from almoner.console.pages import show_page
from almoner.console.refunds import service
from almoner.console.refunds.rules import body_of
from almoner.console.refunds.views import STATES, refund_form, reversal_rows
from almoner.giving.donors.rules import STAFF
from almoner.giving.payments.errors import RefundRefused
from almoner.giving.reversals import service as reversals
from almoner.giving.reversals.errors import RefundKeyReused, RefundUnconfirmed
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.kernel.clock import Clock
from almoner.kernel.errors import AlmonerError, Conflict, Invalid
from almoner.kernel.ids import ID_MAX
from almoner.kernel.paging import Paging
from almoner.platform.database import Database, Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import Reply, Request, get, post, redirect, routes_in

TAKE = 25
"""Reversals on a page."""


@get("/console/refunds", "gift:read")
async def refunds_page(request: Request, tx: Tx, clock: Clock, state: str = "", after: int = 0) -> Reply:
    """Refunds, disputes and payments that failed later, the newest first: all, or those in a state."""
    skip = min(max(after, 0), ID_MAX // 2)
    newest = Paging(skip, TAKE, reversals.SORTS["id"], descending=True)
    found = await reversals.list_reversals(tx, newest, state or None)
    return await show_page(
        request,
        tx,
        "refunds/list.html",
        title="Refunds and disputes",
        rows=reversal_rows(found.items, signed_in(request).organization, clock.now()),
        total=found.total,
        skipped=skip,
        state=state,
        states=[(each.value, name) for each, (_, name) in STATES.items()],
    )


@get("/console/gifts/{gift_id:int}/refund", "gift:read")
async def refund_page(request: Request, tx: Tx, gift_id: int) -> Reply:
    """What can go back of a gift, and the button that sends it."""
    return await _page(request, tx, gift_id, {})


@post("/console/gifts/{gift_id:int}/refund", "gift:update", once=False)
async def refund_gift(request: Request, gift_id: int, db: Database, desk: RefundDesk, wake: Wake) -> Reply:
    """Send a part of a gift back, and show the gift; what cannot be is said where it was asked for, with what was typed."""
    form, organization_id = await request.form(), signed_in(request).organization.organization_id
    try:
        word = await _send(request, gift_id, body_of(form), db, desk)
    except (Invalid, Conflict) as error:
        async with db.tenant(organization_id) as tx:
            return await _page(request, tx, gift_id, form, error)
    wake.ring()
    return redirect(f"/console/gifts/{gift_id}?{urlencode({'said': word})}")


async def _send(request: Request, gift_id: int, body: RefundBody, db: Database, desk: RefundDesk) -> str:
    """Refund once under the form's key; answers what became of it."""
    visitor, key = signed_in(request), (await request.form()).get("key", "")
    organization_id = visitor.organization.organization_id
    if not key:
        raise Invalid.field("key", "REQUIRED", "The form was incomplete. Nothing was sent: press again.")
    async with db.tenant(organization_id) as tx:
        if await service.has_other_asked(tx, gift_id, key):
            return "refund-waits"
    by, mark = visitor.name or STAFF, repr(body).encode()
    try:
        await desk.refund(organization_id, gift_id, body, by=by, key=key, fingerprint=mark)
    except RefundKeyReused:
        return "refund-form-used"
    except RefundRefused:
        return "refund-refused"
    except RefundUnconfirmed:
        return "refund-unconfirmed"
    async with db.tenant(organization_id) as tx:
        is_asked = service.asked_of(await reversals.reversals_of(tx, gift_id))
    return "refund-asked" if is_asked else "refunded"


async def _page(
    request: Request, tx: Tx, gift_id: int, form: Mapping[str, str], error: AlmonerError | None = None
) -> Reply:
    """The page with its form, as it was typed; `error` is why it did not go."""
    found = await service.read_refundable(tx, gift_id)
    return await show_page(
        request,
        tx,
        "refunds/page.html",
        title=f"Refund {found.gift.formatted_amount or f'gift {gift_id}'}",
        status=200 if error is None else error.status,
        gift=found.gift,
        form=refund_form(found, form),
        problems=[] if error is None else [one.message for one in error.fields] or [error.message],
    )


routes = routes_in(__name__)
