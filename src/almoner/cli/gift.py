"""`almoner gift`: enter a file of gifts in the CRM, give money of one back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer

from almoner.cli.deferred import Deferred, group_of
from almoner.cli.output import AsJson, DataDir, Org, opened_database, out, print_json, run, settings_from
from almoner.giving.gifts.requests import GiftProjectBody
from almoner.giving.payments.errors import RefundRefused
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.service import reversals_of
from almoner.giving.reversals.views import ReversalView
from almoner.giving.stripe.accounts import StripeAccounts
from almoner.giving.stripe.client import StripeHttp
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid
from almoner.kernel.ids import ID_MAX
from almoner.kernel.money import MoneyError, parse_number
from almoner.platform.database import Database
from almoner.platform.settings import Settings
from almoner.platform.vault import Vault
from almoner.platform.wire import told
from almoner.tenants.choice import chosen_organization

IMPORT = Deferred(
    "import",
    "almoner.cli.gift_import",
    "Enter a file of gifts in the CRM. Entered again, nothing is there twice: what is there already is left alone.",
)
app = typer.Typer(
    help="Gifts: enter a file of them in the CRM, give money of one back.",
    cls=group_of(IMPORT),
    no_args_is_help=True,
)

GiftId = Annotated[int, typer.Argument(min=1, max=ID_MAX, help="The id of the gift.", metavar="GIFT_ID")]


@app.command("refund")
def refund(
    gift_id: GiftId,
    amount: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="How much, in the gift's currency; without it all that is left."),
    ] = None,
    project: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE[=AMOUNT]",
            help="Of which project; without an amount all that is left for it. Repeat it.",
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, kept with the refund.")] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="The same key again refunds nothing more."),
    ] = None,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Refund a gift, or a part of it, and show what went back of it.

    The states are told in docs/reference/refunds.md.
    """
    found = run(_refund(settings_from(data_dir), org, gift_id, (amount, project or [], reason), key))
    if as_json:
        print_json({"items": [told(one) for one in found]})
        return
    for one in found:
        out.print(f"{one.kind} {one.id}: [bold]{one.state}[/], {one.formatted_amount}. {one.explanation}")


async def _refund(
    settings: Settings,
    org: int | None,
    gift_id: int,
    said: tuple[str | None, list[str], str | None],
    key: str | None,
) -> list[ReversalView]:
    clock, body = SystemClock(), _body(*said)
    async with opened_database(settings) as db, _accounts(db, settings) as accounts:
        organization_id = await chosen_organization(db, org)
        desk = RefundDesk(
            db,
            Gateways(SandboxGateway(clock), accounts),
            clock,
            timeout_seconds=settings.payment_timeout_seconds,
            settle_seconds=settings.payment_settle_seconds,
        )
        try:
            await desk.refund(
                organization_id, gift_id, body, by="the command line", key=key, fingerprint=_mark(body)
            )
        except RefundRefused as error:
            text = f"The processor refused the refund, and nothing went back. It says: {error.message}"
            raise RefundRefused(text) from error
        async with db.tenant(organization_id) as tx:
            return await reversals_of(tx, gift_id)


@asynccontextmanager
async def _accounts(db: Database, settings: Settings) -> AsyncIterator[StripeAccounts]:
    accounts = StripeAccounts(db, Vault(settings), StripeHttp(), cache_seconds=settings.token_cache_seconds)
    try:
        yield accounts
    finally:
        await accounts.close()


def _body(amount: str | None, projects: list[str], reason: str | None) -> RefundBody:
    """What is asked for; `Invalid` where a number is none."""
    return RefundBody(
        amount=None if amount is None else _number(amount, "amount"),
        projects=[_part(text) for text in projects] or None,
        reason=reason,
    )


def _mark(body: RefundBody) -> bytes:
    """What makes a refund the same again under its key."""
    return repr(body).encode()


def _part(text: str) -> GiftProjectBody:
    code, has_amount, amount = text.partition("=")
    return GiftProjectBody(code=code, amount=_number(amount, "project") if has_amount else None)


def _number(text: str, field: str) -> Any:
    try:
        return parse_number(text)
    except MoneyError as error:
        raise Invalid.field(field, error.code, str(error)) from None
