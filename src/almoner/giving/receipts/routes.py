"""`/api/Receipt`: receipts of gifts, the letters that bring them, and statements of a year (an extension; Raise's own are not public)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.receipts import sayings, service, statements
from almoner.giving.receipts.errors import NoAddress, ReceiptNotDue, ReceiptNotInForce, RunAtWork
from almoner.giving.receipts.paper import Sheet, press_of, printed
from almoner.giving.receipts.requests import (
    AcknowledgeBody,
    ReceiptSettingBody,
    ResendBody,
    StatementRunBody,
    VoidBody,
)
from almoner.giving.receipts.rules import LetterState, ReceiptState
from almoner.giving.receipts.views import (
    AcknowledgementView,
    LetterView,
    ReceiptSettingView,
    ReceiptView,
    StatementRunView,
    StatementView,
    setting_view,
)
from almoner.kernel.clock import Clock
from almoner.platform.database import Database, Tx
from almoner.platform.http import PageQuery, Reply, get, patch, post, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import Settings
from almoner.platform.wire import RaisePage, said

PDF = "application/pdf"
StateName = Annotated[
    str, Meta(description="Only receipts in this state.", extra_json_schema={"enum": list(ReceiptState)})
]
LetterStateName = Annotated[
    str, Meta(description="Only letters in this state.", extra_json_schema={"enum": list(LetterState)})
]
GiftId = Annotated[int, Meta(description="Only those of this gift.")]
DonorId = Annotated[int, Meta(description="Only those of this donor.")]
ReceiptId = Annotated[int, Meta(description="Only those about this receipt.")]
GiftYear = Annotated[str, Meta(description="The year of the gifts, by their organization-local days.")]
IssueYear = Annotated[int, Meta(ge=1900, le=9998, description="Only those issued in this year.")]


@get("/api/Receipt/{receipt_id:int}", "gift:read", extension=True)
async def get_receipt(tx: Tx, receipt_id: int) -> ReceiptView:
    """Read one receipt."""
    return await service.read_receipt(tx, receipt_id)


@get("/api/Receipt/list", "gift:read", extension=True, sorts=service.SORTS)
async def list_receipts(
    tx: Tx,
    page: PageQuery,
    gift_id: GiftId | None = None,
    donor_id: DonorId | None = None,
    year: IssueYear | None = None,
    state: StateName | None = None,
) -> RaisePage[ReceiptView]:
    """Page through receipts, the void ones among them."""
    return RaisePage.of(
        await service.list_receipts(
            tx, page.checked(), gift_id=gift_id, donor_id=donor_id, year=year, state=state
        )
    )


@get("/api/Receipt/{receipt_id:int}/pdf", "gift:read", extension=True, media_type=PDF)
async def download_receipt(db: Database, caller: Caller, receipt_id: int, settings: Settings) -> Reply:
    """Download a receipt as PDF, as it was said then; one that holds no more is marked so."""
    async with db.requested(caller.organization_id) as tx:
        number, sheet = await service.sheet_of_receipt(tx, receipt_id)
    return await _pdf(sheet, f"receipt-{number}", settings)


@post(
    "/api/Receipt/gift/{gift_id:int}",
    "gift:update",
    extension=True,
    raises=(ReceiptNotDue, ReceiptNotInForce),
)
async def issue_receipt(tx: Tx, gift_id: int, clock: Clock, settings: Settings) -> ReceiptView:
    """Write the receipt of a gift that has none, whatever the settings say of automatic ones."""
    return await service.issue_for_gift(tx, gift_id, clock.now(), settings.mail_from)


@post(
    "/api/Receipt/{receipt_id:int}/void",
    "gift:update",
    extension=True,
    raises=(ReceiptNotInForce,),
    judge=service.broken_in_void,
)
async def void_receipt(
    tx: Tx, receipt_id: int, data: VoidBody, clock: Clock, settings: Settings
) -> ReceiptView:
    """Void a receipt, and write another of what its gift is now unless told not to."""
    return await service.void_receipt(
        tx, receipt_id, data.reason, clock.now(), settings.mail_from, reissue=data.reissue
    )


@post(
    "/api/Receipt/{receipt_id:int}/resend",
    "gift:update",
    extension=True,
    raises=(ReceiptNotInForce, NoAddress),
    judge=service.broken_in_address,
)
async def resend_receipt(tx: Tx, receipt_id: int, data: ResendBody, clock: Clock) -> LetterView:
    """Send a receipt again, to its donor or to another address."""
    return await service.resend(tx, receipt_id, data.email, clock.now())


@get("/api/Receipt/letter/list", "gift:read", extension=True, sorts=service.LETTER_SORTS)
async def list_receipt_letters(
    tx: Tx, page: PageQuery, state: LetterStateName | None = None, receipt_id: ReceiptId | None = None
) -> RaisePage[LetterView]:
    """Page through letters to donors, with what became of each."""
    return RaisePage.of(await service.list_letters(tx, page.checked(), state=state, receipt_id=receipt_id))


@post(
    "/api/Receipt/letter/{letter_id:int}/resend",
    "gift:update",
    extension=True,
    raises=(NoAddress, ReceiptNotInForce),
    judge=service.broken_in_address,
)
async def resend_letter(tx: Tx, letter_id: int, data: ResendBody, clock: Clock) -> LetterView:
    """Send a letter again as it was written; not one that brings a receipt which is void."""
    return await service.resend_letter(tx, letter_id, data.email, clock.now())


@get("/api/Receipt/setting", "gift:read", extension=True)
async def get_receipt_setting(tx: Tx) -> ReceiptSettingView:
    """Read what receipts say."""
    return setting_view(await sayings.read_setting(tx))


@patch("/api/Receipt/setting", "gift:write", extension=True, judge=sayings.broken_in_setting)
async def change_receipt_setting(tx: Tx, data: ReceiptSettingBody, clock: Clock) -> ReceiptSettingView:
    """Change what receipts say. A text that cannot be filled in is refused, with the line and what to write instead."""
    return setting_view(await sayings.change_setting(tx, said(data), clock.now()))


@get("/api/Donor/{donor_id:int}/statement/{year:str}", "gift:read", extension=True)
async def get_statement(tx: Tx, donor_id: int, year: GiftYear) -> StatementView:
    """Read what a donor gave in a year, by the receipts that hold now; of one who was merged, what the donor it is now gave."""
    return await statements.read_statement(tx, donor_id, statements.checked_year(year))


@get("/api/Donor/{donor_id:int}/statement/{year:str}/pdf", "gift:read", extension=True, media_type=PDF)
async def download_statement(
    db: Database, caller: Caller, donor_id: int, year: GiftYear, clock: Clock, settings: Settings
) -> Reply:
    """Download that as PDF."""
    now, checked = clock.now(), statements.checked_year(year)
    async with db.requested(caller.organization_id) as tx:
        sheet = await statements.sheet_of_statement(tx, donor_id, checked, now, settings.mail_from)
    return await _pdf(sheet, f"statement-{checked}", settings)


@post(
    "/api/Receipt/statements",
    "gift:update",
    extension=True,
    raises=(RunAtWork,),
    judge=statements.broken_in_run,
)
async def make_statements(tx: Tx, data: StatementRunBody, clock: Clock) -> StatementRunView:
    """Begin to make the statements of all donors of a year; workers go on with it."""
    return await statements.start_run(
        tx, data.year, clock.now(), is_mailed=data.is_mailed, mails_again=data.mails_again
    )


@get("/api/Receipt/statements/{run_id:int}", "gift:read", extension=True)
async def get_statement_run(tx: Tx, run_id: int) -> StatementRunView:
    """Read how far a round of statements is."""
    return await statements.read_run(tx, run_id)


@post("/api/Receipt/statements/{run_id:int}/stop", "gift:update", extension=True)
async def stop_statement_run(tx: Tx, run_id: int, clock: Clock) -> StatementRunView:
    """Stop a round of statements where it is."""
    return await statements.stop_run(tx, run_id, clock.now())


@post(
    "/api/Gift/{gift_id:int}/acknowledge",
    "gift:update",
    extension=True,
    judge=service.broken_in_acknowledgement,
)
async def acknowledge_gift(
    tx: Tx, gift_id: int, data: AcknowledgeBody, clock: Clock, caller: Caller
) -> AcknowledgementView:
    """Keep that a gift was thanked for; said again, the later word counts."""
    return await service.acknowledge(tx, gift_id, said(data), caller.name, clock.now())


@get("/api/Gift/{gift_id:int}/acknowledgement", "gift:read", extension=True)
async def get_acknowledgement(tx: Tx, gift_id: int) -> AcknowledgementView:
    """Read when and by whom a gift was thanked for."""
    return await service.read_acknowledgement(tx, gift_id)


async def _pdf(sheet: Sheet, name: str, settings: Settings) -> Reply:
    content = await printed(press_of(settings.receipt_fonts), sheet)
    return Reply(200, content, PDF, [("Content-Disposition", f'attachment; filename="{name}.pdf"')])


routes = routes_in(__name__)
