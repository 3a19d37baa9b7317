"""`almoner gateway`: the account through which an organization's gifts are paid, and what its processor said."""

from __future__ import annotations

from pathlib import Path
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
    warn,
)
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.reversals import words
from almoner.giving.stripe import accounts, claims, events
from almoner.giving.stripe.client import Account, StripeHttp
from almoner.giving.stripe.rules import KINDS, NAME
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.wire import utc_text
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.platform.vault import Vault
from almoner.tenants.choice import chosen_organization

app = typer.Typer(
    help="The account through which gifts are paid, and what its processor said.", no_args_is_help=True
)

_PROCESSORS = {"stripe": NAME}
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        metavar="",
        help="Leave payments, refunds and events of the account open; the doctor tells of them.",
    ),
]
_File = Annotated[
    Path | None,
    typer.Option(metavar="FILE", dir_okay=False, help="Read it from this file; without it, it is asked for."),
]


@app.command("set")
def set_(  # noqa: PLR0913, PLR0917 - options are arguments
    processor: Annotated[
        str,
        typer.Argument(parser=one_of(*_PROCESSORS), metavar="PROCESSOR", help="Whose account it is: stripe."),
    ],
    secret_key_file: _File = None,
    webhook_secret_file: _File = None,
    publishable_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Told to pages that let a donor confirm a payment.")
    ] = None,
    statement_descriptor: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Suffix on the donor's statement, up to 22 characters.")
    ] = None,
    yes: Yes = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", metavar="", help="Do not ask Stripe whether the key is good.")
    ] = False,
    org: Org = None,
    data_dir: DataDir = None,
) -> None:
    """Let gifts of an organization be paid through its own account, in the place of the sandbox or of an earlier account.

    The secret key and the signing secret of the webhook are read from files or asked for, never taken from the command line, and are kept
    sealed. A running server follows within seconds.
    """
    files = (secret_key_file, webhook_secret_file)
    settings = settings_from(data_dir)
    account = run(_set(settings, org, files, publishable_key, statement_descriptor, unchecked, yes))
    mode = "real money" if account.is_live else "play money: its gifts are test gifts"
    out.print(
        f"Gifts of organization {account.organization_id} are paid through {_PROCESSORS[processor]} now ({mode})."
    )
    out.print("Let it send these events to the address of this server, followed by", soft_wrap=True)
    out.print(f"  /raise/stripe/webhook/{account.organization_id}", soft_wrap=True)
    out.print("  " + ", ".join(KINDS), soft_wrap=True)


async def _set(
    settings: Settings,
    org: int | None,
    files: tuple[Path | None, Path | None],
    publishable_key: str | None,
    descriptor: str | None,
    unchecked: bool,
    leaves_open: bool,
) -> Account:
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        parts: dict[str, Any] = {
            "secret_key": _secret(files[0], "Secret key"),
            "webhook_secret": _secret(files[1], "Signing secret of the webhook"),
            "publishable_key": publishable_key,
            "descriptor_suffix": descriptor,
        }
        http = StripeHttp()
        try:
            account, found = await claims.set_up(
                db,
                Vault(settings),
                http,
                SystemClock().now(),
                organization_id,
                is_checked=not unchecked,
                leaves_open=leaves_open,
                **parts,
            )
        finally:
            await http.close_async()
    if found is not None and found.clock_seconds is not None and abs(found.clock_seconds) > 60:
        warn(f"This machine's clock differs from {NAME}'s by {found.clock_seconds:.0f} seconds.")
    return account


def _secret(file: Path | None, name: str) -> str:
    """A secret out of a file, or asked for without showing it."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise Invalid(f"{name}: the file {file} cannot be read: {reason}.") from None
    answer: str = typer.prompt(name, hide_input=True)
    return answer.strip()


@app.command("show")
def show(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show through whom gifts are paid, and how many of its events wait or have failed; secrets are not shown."""
    account, counts = run(_shown(settings_from(data_dir), org))
    if as_json:
        told = {
            "gateway": SandboxGateway.name if account is None else NAME,
            "isLive": account is not None and account.is_live,
            "publishableKey": account and account.publishable_key,
            "statementDescriptor": account and account.descriptor_suffix,
            "secretKeyEnd": account and account.secret_key[-4:],
            "events": {row["state"]: row["events"] for row in counts},
        }
        print_json(told)
        return
    if account is None:
        out.print(
            f"Gifts are paid through the sandbox: no money moves. {typed('gateway set stripe')} changes that."
        )
        return
    out.print(f"Gifts are paid through {NAME}, with {'real' if account.is_live else 'play'} money.")
    out.print(f"  secret key            ..{account.secret_key[-4:]}")
    out.print(f"  publishable key       {account.publishable_key or 'none'}", soft_wrap=True)
    out.print(f"  statement descriptor  {account.descriptor_suffix or 'none'}")
    for row in counts:
        out.print(
            f"  {row['events']:,} events {row['state']}, the oldest of {row['oldest']:%Y-%m-%d %H:%M} UTC"
        )


async def _shown(settings: Settings, org: int | None) -> tuple[Account | None, list[Any]]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await accounts.read_account(tx, Vault(settings)), await events.count_events(tx)


@app.command("remove")
def remove(yes: Yes = False, org: Org = None, data_dir: DataDir = None) -> None:
    """Forget the account: gifts are paid through the sandbox then, and payments through the account can be refunded there alone."""
    was_there = run(_remove(settings_from(data_dir), org, yes))
    out.print("The account is forgotten." if was_there else "There was no account.")


async def _remove(settings: Settings, org: int | None, leaves_open: bool) -> bool:
    async with opened_database(settings) as db:
        return await claims.forget(db, await chosen_organization(db, org), leaves_open=leaves_open)


@app.command("events")
def events_(
    state: Annotated[
        list[str] | None,
        typer.Option(
            parser=one_of(*events.STATES),
            metavar="STATE",
            help="Those in this state: waiting, acted, ignored or failed; waiting and failed without it.",
        ),
    ] = None,
    take: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Show so many.")] = 25,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what the processor said happened, the latest first, and what came of it."""
    rows = run(_events(settings_from(data_dir), org, state or ["waiting", "failed"], take))
    if as_json:
        print_json([_event_document(row) for row in rows])
        return
    table = Table("event", "kind", "about", "happened (UTC)", "state", "why")
    for row in rows:
        at = f"{row['happened_at']:%Y-%m-%d %H:%M}"
        table.add_row(row["event_id"], row["kind"], row["object_id"], at, row["state"], row["detail"] or "")
    out.print(table if rows else "There are none.")


async def _events(settings: Settings, org: int | None, states: list[str], take: int) -> list[Any]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await events.list_events(tx, states, take)


def _event_document(row: Any) -> dict[str, Any]:
    return {
        "event": row["event_id"],
        "kind": row["kind"],
        "object": row["object_id"],
        "payment": row["payment_id"],
        "state": row["state"],
        "detail": row["detail"],
        "happenedDate": utc_text(row["happened_at"]),
        "receivedDate": utc_text(row["received_at"]),
        "looks": row["looks"],
        "nextLookDate": None if row["look_at"] is None else utc_text(row["look_at"]),
    }


@app.command("words")
def words_(
    take: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Show so many.")] = 25,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what the processor said of refunds, disputes and failures that could not be booked yet, and what each waits for."""
    rows = run(_words(settings_from(data_dir), org, take))
    if as_json:
        print_json([_word_document(row) for row in rows])
        return
    table = Table("word", "what", "payment", "amount", "happened (UTC)", "looks", "waits for")
    for row in rows:
        amount = format_amount(row["amount_minor"], row["currency"])
        at, what = f"{row['happened_at']:%Y-%m-%d %H:%M}", f"{row['kind']} {row['state']}"
        table.add_row(
            row["event_id"],
            what,
            row["payment_id"],
            amount,
            at,
            str(row["looks"]),
            row["detail"] or "its time",
        )
    out.print(table if rows else "There are none.")


async def _words(settings: Settings, org: int | None, take: int) -> list[Any]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await words.waiting_words(tx, take)


def _word_document(row: Any) -> dict[str, Any]:
    return {
        "word": row["event_id"],
        "gateway": row["gateway"],
        "kind": row["kind"],
        "state": row["state"],
        "payment": row["payment_id"],
        "transaction": row["transaction_id"],
        "amount": to_decimal(row["amount_minor"], row["currency"]),
        "currency": row["currency"],
        "happenedDate": utc_text(row["happened_at"]),
        "receivedDate": utc_text(row["received_at"]),
        "lookDate": utc_text(row["look_at"]),
        "looks": row["looks"],
        "detail": row["detail"],
    }


@app.command("replay")
def replay(
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="Its id; without it, all that failed.")
    ] = None,
    org: Org = None,
    data_dir: DataDir = None,
) -> None:
    """Act again on an event, or on all that failed. Harmless to repeat: how things stand is asked of the processor."""
    count = run(_replay(settings_from(data_dir), org, event))
    out.print(f"{count:,} events wait to be acted on; a running server does it within seconds.")


async def _replay(settings: Settings, org: int | None, event: str | None) -> int:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await events.replay(tx, event)


@app.command("payouts")
def payouts(
    take: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Show so many.")] = 25,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what the processor paid out, the latest first: amount, fees, and the day on which it arrives at the bank."""
    rows = run(_payouts(settings_from(data_dir), org, take))
    if as_json:
        print_json([_payout_document(row) for row in rows])
        return
    table = Table("payout", "arrives", "state", "amount", "fees", "lines")
    for row in rows:
        amounts = (format_amount(row[name], row["currency"]) for name in ("amount_minor", "fee_minor"))
        table.add_row(row["payout_id"], str(row["arrives_on"]), row["state"], *amounts, str(row["entries"]))
    out.print(table if rows else "There are none yet.")


async def _payouts(settings: Settings, org: int | None, take: int) -> list[Any]:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await events.list_payouts(tx, take)


def _payout_document(row: Any) -> dict[str, Any]:
    money = {name: to_decimal(row[f"{name}_minor"], row["currency"]) for name in ("amount", "fee", "net")}
    return {
        "payout": row["payout_id"],
        "state": row["state"],
        "currency": row["currency"],
        **money,
        "lines": row["entries"],
        "arrivalDate": str(row["arrives_on"]),
        "failure": row["failure"],
    }
