"""`almoner receipt`: receipts of gifts, what could not be sent, and statements of a year."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from almoner.cli.deferred import Deferred, group_of
from almoner.cli.output import (
    AsJson,
    DataDir,
    Org,
    fail,
    id_of,
    one_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
    write_private,
)
from almoner.giving.receipts import service, statements
from almoner.giving.receipts.paper import press_of, printed
from almoner.giving.receipts.rules import ReceiptState
from almoner.giving.receipts.service import Trouble
from almoner.giving.receipts.views import LetterView, ReceiptView, StatementRunView
from almoner.kernel.clock import SystemClock
from almoner.kernel.ids import ID_MAX
from almoner.kernel.paging import Page, Paging
from almoner.kernel.wire import utc_text
from almoner.platform.database import Database
from almoner.platform.settings import Settings
from almoner.platform.wire import told
from almoner.tenants.choice import chosen_organization

TEXTS = Deferred(
    "texts",
    "almoner.cli.receipt_texts",
    "What receipts and their letters say: shown, set from a file, brought back to what is built in.",
)
app = typer.Typer(
    help="Receipts of gifts, what they say, and statements of a year.",
    cls=group_of(TEXTS),
    no_args_is_help=True,
)

ReceiptId = Annotated[int, typer.Argument(parser=id_of, metavar="ID", help="The id of the receipt.")]
GiftId = Annotated[
    int | None, typer.Option("--gift", parser=id_of, metavar="ID", help="Only those of this gift.")
]


@app.command("list")
def list_(
    gift: GiftId = None,
    state: Annotated[
        str | None,
        typer.Option(
            parser=one_of(*ReceiptState), metavar="STATE", help="Only those that are issued, or void."
        ),
    ] = None,
    skip: Annotated[
        int, typer.Option(metavar="N", min=0, max=ID_MAX, help="Leave out so many of the latest.")
    ] = 0,
    take: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Show so many.")] = 25,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List receipts, the latest first."""
    paging = Paging(skip, take, service.SORTS["id"], descending=True)
    page = run(_list(settings_from(data_dir), org, paging, gift, state))
    if as_json:
        print_json({"total": page.total, "items": [told(one) for one in page.items]})
        return
    table = Table("id", "number", "gift", "amount", "deductible", "state", "letter")
    for one in page.items:
        state_text = one.state if one.reason is None else f"{one.state}: {one.reason}"
        money = (
            f"{one.amount:,} {one.currency}",
            "" if one.deductible_amount is None else f"{one.deductible_amount:,}",
        )
        table.add_row(
            str(one.id), one.number, str(one.gift_id), *money, state_text, one.letter_state or "none"
        )
    out.print(table)
    out.print(f"{len(page.items):,} of {page.total:,}.")


@app.command("failed")
def failed(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List what needs somebody: gifts that no receipt could be written for, letters that could not be sent, how many wait since one could not be sent yet, and rounds of statements that stand still."""
    found = run(_troubles(settings_from(data_dir), org))
    if as_json:
        print_json([_trouble(one) for one in found])
        return
    if not found:
        out.print("Nothing failed.")
        return
    table = Table("kind", "gift", "receipt", "letter", "why")
    for one in found:
        names = (one.gift_id, one.number, one.letter_id)
        table.add_row(one.kind, *("" if name is None else str(name) for name in names), one.reason)
    out.print(table)


@app.command("save")
def save(
    receipt: ReceiptId,
    file: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Where to; its number as a name otherwise.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also over a file that is there.")] = False,
    org: Org = None,
    data_dir: DataDir = None,
) -> None:
    """Save a receipt as PDF, as it was said then, in a file that only you can read."""
    number, content = run(_print(settings_from(data_dir), org, receipt))
    target = file or Path(f"receipt-{number}.pdf")
    try:
        write_private(target, content, over=force)
    except FileExistsError:
        fail(f"{target} is there already. Name another with --to, or write over it with --force.")
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror or error}")
    out.print(f"Saved receipt {number} as {target}.")


@app.command("void")
def void(
    receipt: ReceiptId,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with the receipt.")
    ],
    reissue: Annotated[
        bool, typer.Option("--reissue/--no-reissue", help="Whether another takes its place.")
    ] = True,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Void a receipt, and write another of what its gift is now."""
    made = run(_void(settings_from(data_dir), org, receipt, reason, reissue))
    if as_json:
        print_json(told(made))
    elif made.id == receipt:
        out.print(f"Receipt {made.number} holds no more.")
    else:
        out.print(f"Receipt {made.number} takes the place of {made.replaces_number}.")


@app.command("resend")
def resend(
    receipt: ReceiptId,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Another address than the donor's.")
    ] = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Send a receipt again. A running server sends it."""
    letter = run(_resend(settings_from(data_dir), org, receipt, email))
    if as_json:
        print_json(told(letter))
    else:
        out.print(f"Letter {letter.id} is queued.")


@app.command("statements")
def statements_(
    year: Annotated[int, typer.Argument(metavar="YEAR", min=1900, max=9998, help="The year of the gifts.")],
    mail: Annotated[
        bool,
        typer.Option(
            "--mail",
            help="Send each donor theirs, but for those who were sent one of this year with the same sums.",
        ),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="With --mail: send it to those too.")] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make the statements of all donors of a year.

    Stopped, a running server goes on with it; nothing is made twice.
    """
    made = run(_statements(settings_from(data_dir), org, year, mail, again))
    if as_json:
        print_json(told(made))
        return
    out.print(
        f"{made.done_count:,} of {made.donor_count:,} statements of {year}, {made.failed_count:,} failed."
    )
    if made.skipped_count:
        out.print(
            f"{made.skipped_count:,} were not sent: the same sums were sent before, or wait. Send them with --mail --again."
        )


async def _list(
    settings: Settings, org: int | None, paging: Paging, gift: int | None, state: str | None
) -> Page[ReceiptView]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.list_receipts(tx, paging, gift_id=gift, state=state)


async def _troubles(settings: Settings, org: int | None) -> list[Trouble]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.troubles(tx)


def _trouble(one: Trouble) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "giftId": one.gift_id,
        "receiptId": one.receipt_id,
        "number": one.number,
        "letterId": one.letter_id,
        "reason": one.reason,
        "date": utc_text(one.at),
    }


async def _print(settings: Settings, org: int | None, receipt_id: int) -> tuple[str, bytes]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        number, sheet = await service.sheet_of_receipt(tx, receipt_id)
    return number, await printed(press_of(settings.receipt_fonts), sheet)


async def _void(
    settings: Settings, org: int | None, receipt_id: int, reason: str, reissue: bool
) -> ReceiptView:
    now = SystemClock().now()
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.void_receipt(tx, receipt_id, reason, now, settings.mail_from, reissue=reissue)


async def _resend(settings: Settings, org: int | None, receipt_id: int, email: str | None) -> LetterView:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.resend(tx, receipt_id, email, SystemClock().now())


async def _statements(
    settings: Settings, org: int | None, year: int, is_mailed: bool, mails_again: bool
) -> StatementRunView:
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        async with db.tenant(organization_id) as tx:
            made = await statements.start_run(
                tx, year, SystemClock().now(), is_mailed=is_mailed, mails_again=mails_again
            )
        return await _followed(db, settings, organization_id, made)


async def _followed(
    db: Database, settings: Settings, organization_id: int, made: StatementRunView
) -> StatementRunView:
    """Go on with the round until it is over, beside a server that may do the same, and show how far it is."""
    with Progress(disable=not out.is_terminal) as progress:
        task = progress.add_task(f"Statements of {made.year}", total=made.donor_count)
        while made.state == "running":
            async with db.tenant(organization_id) as tx:
                moved = await statements.go_on(
                    tx, made.id, SystemClock().now(), settings.mail_from, settings.mail_per_second
                )
                made = await statements.read_run(tx, made.id)
            progress.update(task, completed=made.done_count + made.failed_count)
            if not moved and made.state == "running":
                await asyncio.sleep(0.2)  # a server has it in hand
    return made
