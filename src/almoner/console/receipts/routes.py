"""`/console/receipts`: what could not be written or sent, a receipt as PDF, and the buttons beside one.

Each button may be pressed twice: what is so already stays so, and a letter that waits is not written again.
"""

from __future__ import annotations

from almoner.console.access import signed_in
from almoner.console.pages import go_back, show_page
from almoner.console.receipts.views import receipt_rows, trouble_rows
from almoner.giving.receipts import service
from almoner.giving.receipts.errors import NoAddress, ReceiptNotDue, ReceiptNotInForce
from almoner.giving.receipts.paper import press_of, printed
from almoner.kernel.clock import Clock
from almoner.platform.database import Database, Tx
from almoner.platform.http import Reply, Request, get, post, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import Settings


@get("/console/receipts", "gift:read")
async def receipts_page(request: Request, tx: Tx, clock: Clock) -> Reply:
    """What could not be written or sent, the latest first."""
    rows = trouble_rows(await service.troubles(tx), signed_in(request).organization, clock.now())
    counts = await service.letter_counts(tx)
    return await show_page(
        request, tx, "receipts/page.html", title="Receipts", troubles=rows, queued=counts.get("queued", 0)
    )


@get("/console/receipts/{receipt_id:int}/pdf", "gift:read", media_type="application/pdf")
async def receipt_file(db: Database, caller: Caller, receipt_id: int, settings: Settings) -> Reply:
    """A receipt as PDF."""
    async with db.requested(caller.organization_id) as tx:
        number, sheet = await service.sheet_of_receipt(tx, receipt_id)
    content = await printed(press_of(settings.receipt_fonts), sheet)
    name = f'attachment; filename="receipt-{number}.pdf"'
    return Reply(200, content, "application/pdf", [("Content-Disposition", name)])


@post("/console/receipts/{receipt_id:int}/resend", "gift:update", once=False)
async def resend_receipt(request: Request, tx: Tx, receipt_id: int, clock: Clock) -> Reply:
    """Send a receipt again."""
    try:
        await service.resend(tx, receipt_id, None, clock.now())
    except (NoAddress, ReceiptNotInForce):
        return await go_back(request, "receipt-unsendable")
    return await go_back(request, "receipt-queued")


@get("/console/receipts/{receipt_id:int}/void", "gift:read")
async def void_page(request: Request, tx: Tx, receipt_id: int, clock: Clock) -> Reply:
    """What voiding a receipt does, and the button that does it."""
    found = await service.read_receipt(tx, receipt_id)
    (row,) = receipt_rows([found], signed_in(request).organization, clock.now())
    page = f"/console/gifts/{found.gift_id}"
    return await show_page(
        request, tx, "receipts/void.html", title=f"Void receipt {row.number}", one=row, receipts_at=page
    )


@post("/console/receipts/{receipt_id:int}/void", "gift:update", once=False)
async def void_receipt(request: Request, tx: Tx, receipt_id: int, clock: Clock, settings: Settings) -> Reply:
    """Void a receipt and write another of what its gift is now."""
    reason = (await request.form()).get("reason", "")[:500]
    if not reason.strip():
        return await go_back(request, "receipt-no-reason")
    try:
        await service.void_receipt(tx, receipt_id, reason, clock.now(), settings.mail_from, reissue=True)
    except ReceiptNotInForce:
        return await go_back(request, "receipt-void-already")
    return await go_back(request, "receipt-reissued")


@post("/console/receipts/gift/{gift_id:int}", "gift:update", once=False)
async def issue_receipt(request: Request, tx: Tx, gift_id: int, clock: Clock, settings: Settings) -> Reply:
    """Write the receipt of a gift that has none."""
    try:
        await service.issue_for_gift(tx, gift_id, clock.now(), settings.mail_from)
    except (ReceiptNotDue, ReceiptNotInForce):
        return await go_back(request, "receipt-not-due")
    return await go_back(request, "receipt-issued")


@post("/console/receipts/letter/{letter_id:int}/resend", "gift:update", once=False)
async def resend_letter(request: Request, tx: Tx, letter_id: int, clock: Clock) -> Reply:
    """Send a letter again as it was written."""
    try:
        await service.resend_letter(tx, letter_id, None, clock.now())
    except (NoAddress, ReceiptNotInForce):
        return await go_back(request, "receipt-unsendable")
    return await go_back(request, "receipt-queued")


routes = routes_in(__name__)
