"""Which organization has which account at Stripe: each account is one organization's, over all servers."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import stripe

from almoner.giving.stripe import errors
from almoner.giving.stripe.accounts import account_of, remove_account, set_account
from almoner.giving.stripe.check import Checked, check_account
from almoner.giving.stripe.client import Account
from almoner.kernel.errors import Conflict, Invalid
from almoner.platform.database import Database, load_queries
from almoner.platform.vault import Vault, VaultLocked

_queries = load_queries(__file__)

SET_UP_WITHIN = timedelta(minutes=10)
"""An account that was claimed so long ago is set up by now, or whoever claimed it was killed in between."""


def names_of(account: Account, found: Checked | None) -> list[str]:
    """What an account is claimed by: its key, as a digest, and, where Stripe said it, its id in its mode. The two modes share no payment."""
    names = [f"key {hashlib.sha256(account.secret_key.encode()).hexdigest()}"]
    if found is not None and found.name is not None:
        names.append(found.name)
    return names


async def set_up(
    db: Database,
    vault: Vault,
    http: stripe.HTTPClient,
    now: datetime,
    organization_id: int,
    *,
    is_checked: bool = True,
    leaves_open: bool = False,
    **parts: Any,
) -> tuple[Account, Checked | None]:
    """Set up the account of an organization from the `parts` of `set_account`, and claim it; what Stripe said of it, unless it is not asked.

    `Conflict` as `set_account`, `Invalid` as `account_of` and `claim`, and when Stripe does not take the key, `VaultLocked` when its secrets cannot be
    sealed: nothing is kept then, and claims are as they were.
    """
    account, found = account_of(organization_id, **parts), None
    if is_checked:  # before the transaction: who holds the account's row must not wait for Stripe
        found = await check_account(account, http, now)
        if found.problem is not None:
            raise Invalid.field("secretKey", "INVALID", found.problem)
        account = replace(account, name=found.name)
    async with _alone(db, organization_id):
        before = await _claimed_names(db, organization_id)
        await _drop_idle(db, account, found, now)
        names = await claim(db, account, found, now)
        try:
            async with db.tenant(organization_id) as tx:
                await set_account(tx, vault, now, account, leaves_open=leaves_open)
                if found is not None:
                    await _queries.claimed(tx, is_claimed=len(names) > 1)
        except (Conflict, VaultLocked):
            await keep(db, organization_id, before)
            raise
        await keep(db, organization_id, names)
    return account, found


async def forget(db: Database, organization_id: int, *, leaves_open: bool = False) -> bool:
    """Take an organization's account away, and its claim to it; False when there was none. `Conflict` as `remove_account`."""
    async with _alone(db, organization_id):
        async with db.tenant(organization_id) as tx:
            was_there = await remove_account(tx, leaves_open=leaves_open)
        await keep(db, organization_id, ())
    return was_there


@asynccontextmanager
async def _alone(db: Database, organization_id: int) -> AsyncIterator[None]:
    """Let nobody else set up or take away the account of this organization: what one of two leaves as claimed would be what the other has set up."""
    async with db.first.system() as conn:
        await _queries.hold_claims(conn, organization_id=organization_id)
        yield


async def claim(db: Database, account: Account, found: Checked | None, now: datetime) -> Sequence[str]:
    """Claim an account for its organization, and answer the names; `Invalid` when another organization has it, whose name is not told.

    Of two that claim it at once one is refused. What the organization claimed before stays until `keep`.
    """
    names = names_of(account, found)
    row = {"organization_id": account.organization_id, "names": names, "now": now}
    async with db.first.system() as conn:
        if not await _queries.claim(conn, **row):
            raise Invalid.field("secretKey", "TAKEN", errors.ANOTHERS)
    return names


async def claim_of_before(db: Database, account: Account, http: stripe.HTTPClient, now: datetime) -> bool:
    """Claim an account that was set up before accounts were claimed, or unchecked, and keep which one it is; False when another organization has
    it, which `doctor` tells. As long as Stripe does not say which one it is, it is asked again the next time.
    """
    async with db.tenant(account.organization_id) as tx:
        if await _queries.is_claimed(tx):
            return True
    found = await check_account(account, http, now)
    try:
        await claim(db, account, found, now)
    except Invalid:
        return False
    if found.problem is None:
        async with db.tenant(account.organization_id) as tx:
            await _queries.known(tx, account=found.name, set_up_at=account.set_up_at)
    return True


async def _drop_idle(db: Database, account: Account, found: Checked | None, now: datetime) -> None:
    """Drop claims of others to this account who have none, or another one: whoever set it up, or took it away, was killed before the end."""
    names = names_of(account, found)
    row = {"names": names, "before": now - SET_UP_WITHIN}
    async with db.first.system() as conn:
        others = await _queries.claimants(conn, organization_id=account.organization_id, **row)
    for other in others:
        async with db.tenant(other) as tx:
            has = await _queries.account(tx)
        is_another = has is not None and len(names) > 1 and has["account"] not in {None, *names}
        if has is None or is_another:
            async with db.first.system() as conn:
                await _queries.drop_claims(conn, organization_id=other, **row)


async def is_anothers(db: Database, account: Account, found: Checked | None) -> bool:
    """Whether another organization has claimed the account."""
    row = {"organization_id": account.organization_id, "names": names_of(account, found)}
    async with db.first.system() as conn:
        return bool(await _queries.is_taken(conn, **row))


async def _claimed_names(db: Database, organization_id: int) -> Sequence[str]:
    async with db.first.system() as conn:
        names: Sequence[str] = await _queries.claimed_names(conn, organization_id=organization_id)
    return names


async def keep(db: Database, organization_id: int, names: Sequence[str]) -> None:
    """Let an organization have no claim but to these names."""
    async with db.first.system() as conn:
        await _queries.keep(conn, organization_id=organization_id, names=list(names))
