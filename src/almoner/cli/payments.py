"""`almoner payments`: what gateways were asked to take, and what became of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from almoner.cli.output import (
    AsJson,
    DataDir,
    Org,
    one_of,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
)
from almoner.giving.payments import service
from almoner.giving.payments.rules import PaymentTotal, State
from almoner.giving.payments.views import PaymentView
from almoner.kernel.ids import ID_MAX
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.paging import Page, Paging
from almoner.kernel.wire import utc_text
from almoner.platform.settings import Settings
from almoner.platform.wire import told
from almoner.tenants.choice import chosen_organization

app = typer.Typer(
    help="Payments: what gateways were asked to take, and what became of it.", no_args_is_help=True
)


@app.command("list")
def list_(
    state: Annotated[
        str | None,
        typer.Option(
            parser=one_of(*State),
            metavar="STATE",
            help="Only those in this state: asked, stored, declined, cancelling or cancelled.",
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
    """List payments, the latest first, and how many there are in each state.

    The states are told in docs/reference/payments.md.
    """
    paging = Paging(skip, take, service.SORTS["id"], descending=True)
    page, totals = run(_read(settings_from(data_dir), org, state, paging))
    if as_json:
        listed = [told(payment) for payment in page.items]
        print_json({"totals": [_document(one) for one in totals], "total": page.total, "items": listed})
        return
    if not totals:
        out.print("No gateway was asked for a payment yet.")
        return
    _print_totals(totals)
    _print_payments(page)


async def _read(
    settings: Settings, org: int | None, state: str | None, paging: Paging
) -> tuple[Page[PaymentView], list[PaymentTotal]]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await service.list_payments(tx, paging, state), await service.totals(tx)


def _document(one: PaymentTotal) -> dict[str, Any]:
    amount, oldest = to_decimal(one.amount_minor, one.currency), utc_text(one.oldest)
    return {
        "state": one.state,
        "currency": one.currency,
        "payments": one.payments,
        "amount": amount,
        "oldestDate": oldest,
    }


def _print_totals(totals: list[PaymentTotal]) -> None:
    table = Table("state", "payments", "amount", "oldest (UTC)")
    for one in totals:
        amount = format_amount(one.amount_minor, one.currency)
        table.add_row(one.state, f"{one.payments:,}", amount, f"{one.oldest:%Y-%m-%d %H:%M:%S}")
    out.print(table)


def _print_payments(page: Page[PaymentView]) -> None:
    table = Table()
    for name in ("id", "asked (UTC)", "state", "amount"):
        table.add_column(name, no_wrap=True)
    table.add_column("what came of it", overflow="fold")
    for one in page.items:
        made = one.created_date[:16].replace("T", " ")
        table.add_row(str(one.id), made, one.state, f"{one.amount:,} {one.currency}", _outcome(one))
    out.print(table)
    out.print(f"{len(page.items):,} of {page.total:,}.")


def _outcome(one: PaymentView) -> str:
    """In a few words: its gift, why there is none, what was given back, when it is looked at."""
    words = [] if one.gift_id is None else [f"gift {one.gift_id}, paid by {one.transaction_id}"]
    words += [one.detail] if one.detail else []
    words += ["given back: " + ", ".join(one.given_back)] if one.given_back else []
    if one.state in (State.ASKED, State.CANCELLING) and one.next_look_date:
        words.append(f"looked at from {one.next_look_date[:19].replace('T', ' ')} on")
    return "; ".join(words) or "nothing was taken, as far as the gateway knows"
