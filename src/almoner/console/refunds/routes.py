"""`/console/gifts/{id}/refund`: say how much of a gift goes back, and send it back. The page is the confirmation; its button pressed twice refunds once."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode
from uuid import uuid4

from almoner.console.access import signed_in
from almoner.console.pages import show_page
from almoner.giving.gifts.service import read_gift
from almoner.giving.payments.errors import RefundRefused
from almoner.giving.reversals.errors import RefundUnconfirmed
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.kernel.errors import Conflict, Invalid
from almoner.kernel.money import MoneyError, parse_number
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import Reply, Request, get, post, redirect, routes_in


@get("/console/gifts/{gift_id:int}/refund", "gift:read")
async def refund_page(request: Request, tx: Tx, gift_id: int, amount: str = "", reason: str = "") -> Reply:
    """What can go back of a gift, and the button that sends it."""
    gift = await read_gift(tx, gift_id)
    title = f"Refund {gift.formatted_amount or f'gift {gift_id}'}"
    left = gift.amount - gift.reversed_amount
    return await show_page(
        request,
        tx,
        "refunds/page.html",
        title=title,
        gift=gift,
        left=left,
        typed={"amount": amount or left, "reason": reason},
        key=str(uuid4()),
    )


@post("/console/gifts/{gift_id:int}/refund", "gift:update", once=False)
async def refund_gift(request: Request, gift_id: int, desk: RefundDesk, wake: Wake) -> Reply:
    """Send a part of a gift back, and show the gift; what cannot be is said where it was asked for."""
    form, visitor = await request.form(), signed_in(request)
    said = {name: form.get(name, "").strip() for name in ("amount", "reason")}
    page = f"/console/gifts/{gift_id}"
    try:
        body = RefundBody(amount=_amount(said["amount"]), reason=said["reason"] or None)
        await desk.refund(
            visitor.organization.organization_id,
            gift_id,
            body,
            by=visitor.name,
            key=form.get("key") or None,
            fingerprint=repr(body).encode(),
        )
    except (Invalid, Conflict, RefundRefused, RefundUnconfirmed) as error:
        return redirect(f"{page}/refund?{urlencode({**said, 'said': _why(error)})}")
    wake.ring()
    return redirect(f"{page}?{urlencode({'said': 'refunded'})}")


_WHY = {
    Invalid: "not-refundable",
    Conflict: "refund-in-the-way",
    RefundRefused: "refund-refused",
    RefundUnconfirmed: "refund-unconfirmed",
}
"""What is said of a refund that did not go, by why."""


def _why(error: Exception) -> str:
    return next(word for kind, word in _WHY.items() if isinstance(error, kind))


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return parse_number(text)
    except MoneyError as error:
        raise Invalid.field("amount", error.code, str(error)) from None


routes = routes_in(__name__)
