"""The doctor's checks of payment gateways: keys that are taken, clocks that agree, events that were acted on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from almoner.cli.doctor_checks import OK, PROBLEM, WARNING, Finding
from almoner.cli.doctor_database import ASKED_WARNING, PENDING_WARNING, REACHING, named
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.giving.payments.service import stranded
from almoner.giving.reversals.service import stuck_refunds
from almoner.giving.reversals.words import overdue_words
from almoner.giving.stripe import events
from almoner.giving.stripe.accounts import read_account
from almoner.giving.stripe.check import check_account
from almoner.giving.stripe.claims import is_anothers
from almoner.giving.stripe.client import Account, StripeHttp
from almoner.giving.stripe.rules import NAME
from almoner.kernel.clock import SystemClock
from almoner.platform.database import Database, Tx, open_database
from almoner.platform.organizations.service import list_organizations
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.platform.vault import Vault, VaultLocked

CLOCK_SECONDS = 60.0
"""Stripe's notices are refused when their signature is five minutes old."""
REACH = "See that a server runs and that the gateway answers:"
SET_UP = "Set the account up again; a running server then finds out what became of them:"


async def check_gateways(dsn: str, settings: Settings) -> AsyncIterator[Finding]:
    """Each organization's account at Stripe: whether its secrets can be read, its key is good, and nothing it said, and no refund, was left undone."""
    try:
        db = await open_database(dsn, pool_size=2, application="almoner-doctor")
        organizations = await list_organizations(db)
    except REACHING:  # which the check `database` tells
        return
    http = StripeHttp()
    try:
        for organization in organizations:
            id_ = organization.organization_id
            try:
                async with db.tenant(id_) as tx:
                    account = await read_account(tx, Vault(settings))
                    counts = {row["state"]: row["events"] for row in await events.count_events(tx)}
                    undone = await _undone(tx, account)
            except VaultLocked as locked:
                advice = f"Restore it, or enter the secrets again: {typed(f'gateway set stripe --org {id_}')}"
                yield Finding(f"gateway of organization {id_}", PROBLEM, locked.message, advice)
                continue
            for finding in undone:
                yield finding
            if account is None:
                continue
            yield await _of_account(db, account, http)
            if failed := counts.get("failed"):
                command = typed(f"gateway events --org {id_}")
                text = f"{failed:,} events of Stripe could not be acted on."
                advice = f"Look at them, mend what they name, then {typed(f'gateway replay --org {id_}')}:"
                yield Finding(f"gateway of organization {id_}", WARNING, text, advice, commands=(command,))
    finally:
        await http.close_async()
        await db.close()


async def _undone(tx: Tx, account: Account | None) -> list[Finding]:
    """Payments and refunds of which nobody knows whether they went, and what processors said and nobody could book."""
    name, now = f"gateway of organization {tx.organization_id}", SystemClock().now()
    reached = {SandboxGateway.name: None} | ({} if account is None else {NAME: account.name})
    found = [_stranded(row, tx.organization_id) for row in await stranded(tx, reached)]
    for row in await stuck_refunds(tx, reached, now - PENDING_WARNING, now - ASKED_WARNING):
        ids = row["oldest_ids"]
        text = f"{row['refunds']:,} refunds at {row['gateway']} are not known to have gone, since {row['oldest']:%Y-%m-%d %H:%M} UTC; {named(ids)}."
        if row["is_reached"]:
            found.append(Finding(name, WARNING, text, REACH, tuple(ids), (typed("serve"),)))
        else:
            text += f" The organization has no such account at {row['gateway']} any more, so their amounts stay reserved."
            command = typed(f"gateway set stripe --org {tx.organization_id}")
            commands = (command,) if row["gateway"] == NAME else ()
            found.append(Finding(name, PROBLEM, text, SET_UP, tuple(ids), commands))
    words, oldest = await overdue_words(tx, now - PENDING_WARNING)
    if oldest is not None:
        text = f"{words:,} words of processors about refunds, disputes and failures wait, since {oldest:%Y-%m-%d %H:%M} UTC."
        command = typed(f"gateway words --org {tx.organization_id}")
        found.append(Finding(name, WARNING, text, "Look at what each waits for:", commands=(command,)))
    return found


def _stranded(row: Any, organization_id: int) -> Finding:
    """Payments that nobody can ask about any more, and how somebody can again."""
    ids, command = row["oldest_ids"], typed(f"gateway set stripe --org {organization_id}")
    where = row["gateway"] if row["account"] is None else f"{row['gateway']} ({row['account']})"
    text = (
        f"{row['payments']:,} payments at {where} are not settled, since {row['oldest']:%Y-%m-%d %H:%M} UTC; {named(ids)}."
        f" The organization has no such account at {row['gateway']} any more, so what was taken is not given back."
    )
    commands = (command,) if row["gateway"] == NAME else ()
    return Finding(f"gateway of organization {organization_id}", PROBLEM, text, SET_UP, tuple(ids), commands)


async def _of_account(db: Database, account: Account, http: StripeHttp) -> Finding:
    name = f"gateway of organization {account.organization_id}"
    found = await check_account(account, http, SystemClock().now())
    if found.problem is not None:
        command = typed(f"gateway set stripe --org {account.organization_id}")
        return Finding(
            name, PROBLEM, found.problem, f"See that Stripe can be reached; a new key is set with {command}"
        )
    if await is_anothers(db, account, found):
        command = typed(f"gateway remove --org {account.organization_id}")
        text = "Its account at Stripe is another organization's too: what is paid to the one stands in the books of both."
        return Finding(name, PROBLEM, text, f"Set up an account of its own, or take it away with {command}")
    if found.clock_seconds is not None and abs(found.clock_seconds) > CLOCK_SECONDS:
        text = f"This machine's clock differs from Stripe's by {found.clock_seconds:.0f} seconds."
        return Finding(
            name, PROBLEM, text, "Let the machine keep time (NTP): Stripe's notices are refused else."
        )
    return Finding(name, OK, f"Stripe takes the key ({'live' if account.is_live else 'test'}).")
