"""Accounts at Stripe: set up for an organization, kept sealed, and turned into its gateway."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any

from almoner.giving.gifts.service import hold_donors_of
from almoner.giving.stripe import errors
from almoner.giving.stripe.amounts import step
from almoner.giving.stripe.client import Account, StripeHttp
from almoner.giving.stripe.gateway import StripeGateway
from almoner.kernel.errors import Conflict, FieldError, Invalid
from almoner.platform.database import Tenants, Tx, load_queries
from almoner.platform.vault import Vault, VaultLocked

_queries = load_queries(__file__)

_SECRET_KEY = re.compile(r"(sk|rk)_(live|test)_[A-Za-z0-9_]+")
_SUFFIX = re.compile(r"(?=.*[A-Za-z])[^<>\\'\"*]{2,22}")
TOLD_FOR = timedelta(days=29)
"""So far back Stripe tells events: for thirty days."""
REMEMBERED_MAX = 10_000
"""Organizations whose gateway, or that they have none, is remembered by a process."""


async def read_account(tx: Tx, vault: Vault) -> Account | None:
    """The account of this organization; None when it has none, `VaultLocked` when its secrets cannot be read."""
    row = await _queries.account(tx)
    if row is None:
        return None
    return Account(
        tx.organization_id,
        vault.open(row["secret_key"], _about("secret_key", tx.organization_id)),
        vault.open(row["webhook_secret"], _about("webhook_secret", tx.organization_id)),
        row["publishable_key"],
        row["descriptor_suffix"],
        row["is_live"],
        row["account"],
        row["modified_at"],
    )


def account_of(
    organization_id: int,
    *,
    secret_key: str,
    webhook_secret: str,
    publishable_key: str | None,
    descriptor_suffix: str | None,
    name: str | None = None,
) -> Account:
    """An account that is set up nowhere yet. `Invalid` names every part that is none of Stripe's."""
    is_live = _checked(secret_key, webhook_secret, publishable_key, descriptor_suffix)
    return Account(
        organization_id, secret_key, webhook_secret, publishable_key, descriptor_suffix, is_live, name
    )


async def set_account(
    tx: Tx, vault: Vault, now: datetime, account: Account, *, leaves_open: bool = False
) -> Account:
    """Set up the account of this organization, in the place of an earlier one.

    Where gifts were given through Stripe, and not through the account that is there, its events are asked for as far back as it tells them: what
    happened to them while it was not set up is among them. Events that failed are acted on again: meanwhile nobody knew of them. `Conflict` when that is another account of which payments, refunds or events are open, unless it `leaves_open` what is.
    """
    row = await _queries.account(tx)
    is_same = row is not None and _is_same(row, account, vault)
    if row is not None and not is_same:
        await _part_from(tx, row, leaves_open=leaves_open)
    is_back = not is_same and await _queries.has_gifts(tx)
    look_at = await _queries.in_seconds(tx, seconds=0)
    if is_back:
        await _queries.replay_failed(tx, look_at=look_at)
    await _queries.set_account(
        tx,
        secret_key=vault.seal(account.secret_key, _about("secret_key", tx.organization_id)),
        webhook_secret=vault.seal(account.webhook_secret, _about("webhook_secret", tx.organization_id)),
        publishable_key=account.publishable_key,
        descriptor_suffix=account.descriptor_suffix,
        is_live=account.is_live,
        account=account.name,
        since=now - TOLD_FOR if is_back else now,
        look_at=look_at,
        now=now,
    )
    return account


def _is_same(row: Any, account: Account, vault: Vault) -> bool:
    """Whether the account that is set up is this one, with another key perhaps."""
    if None not in (row["account"], account.name):
        return bool(row["account"] == account.name)
    try:
        return (
            vault.open(row["secret_key"], _about("secret_key", account.organization_id)) == account.secret_key
        )
    except VaultLocked:
        return False


async def _part_from(tx: Tx, account: Any, *, leaves_open: bool) -> None:
    """`Conflict` while something of the account that is set up is open, for nobody else knows what becomes of it; or it `leaves_open` what is.

    Payments that do not say through which account they went then say so, and gifts of which something is open: none that comes later is asked
    about them.
    """
    still = await _queries.still_open(tx)
    if any(still.values()) and not leaves_open:
        raise Conflict(errors.STILL_OPEN.format(**still))
    if account["account"] is None:
        return
    if gifts := [row["id"] for row in await _queries.nameless_gifts(tx)]:
        await hold_donors_of(tx, gifts)
        await _queries.name_gifts(tx, account=account["account"], ids=gifts)
    await _queries.name_payments(tx, account=account["account"])


async def remove_account(tx: Tx, *, leaves_open: bool = False) -> bool:
    """Take the account away, so that gifts are paid through the sandbox again; False when there was none.

    `Conflict` when payments, refunds or events of it are open, unless it `leaves_open` what is.
    """
    row = await _queries.account(tx)
    if row is not None:
        await _part_from(tx, row, leaves_open=leaves_open)
    return bool(await _queries.remove_account(tx))


def _checked(
    secret_key: str, webhook_secret: str, publishable_key: str | None, descriptor_suffix: str | None
) -> bool:
    """Whether the account takes real money."""
    broken = []
    key = _SECRET_KEY.fullmatch(secret_key)
    if key is None:
        broken.append(FieldError("secretKey", "INVALID", errors.NO_KEY))
    if not webhook_secret.startswith("whsec_"):
        broken.append(FieldError("webhookSecret", "INVALID", errors.NO_WEBHOOK_SECRET))
    mode = key[2] if key is not None else ""
    if publishable_key is not None and not publishable_key.startswith(f"pk_{mode}"):
        broken.append(FieldError("publishableKey", "INCONSISTENT", errors.NO_PUBLISHABLE_KEY))
    if descriptor_suffix is not None and _SUFFIX.fullmatch(descriptor_suffix) is None:
        broken.append(FieldError("statementDescriptor", "INVALID", errors.NO_SUFFIX))
    if broken:
        raise Invalid("The account is not set up.", fields=tuple(broken))
    return mode == "live"


def _about(what: str, organization_id: int) -> str:
    return f"stripe {what} of organization {organization_id}"


class StripeAccounts:
    """The gateways of all organizations that have an account; each is remembered for some seconds. One pool of connections serves them all."""

    def __init__(self, db: Tenants, vault: Vault, http: StripeHttp, cache_seconds: float) -> None:
        self._db = db
        self._vault = vault
        self._http = http
        self._cache_seconds = cache_seconds
        self._known: dict[int, tuple[float, StripeGateway | None]] = {}

    async def of(self, organization_id: int) -> StripeGateway | None:
        """The organization's gateway; None when it has no account. `VaultLocked` when its secrets cannot be read: nothing is paid elsewhere then."""
        known = self._known.get(organization_id)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        return await self.now_of(organization_id)

    async def now_of(self, organization_id: int) -> StripeGateway | None:
        """The same as it is set up now, whatever is remembered."""
        now, known = time.monotonic(), self._known.get(organization_id)
        async with self._db.tenant(organization_id) as tx:
            account = await read_account(tx, self._vault)
        gateway = known[1] if known else None
        if account is None:
            gateway = None
        elif gateway is None or gateway.account != account:
            gateway = StripeGateway(account, self._http)
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        self._known[organization_id] = (now + self._cache_seconds, gateway)
        return gateway

    def step(self, currency: str) -> int:
        """Amounts that Stripe takes and gives back are multiples of so many minor units."""
        return step(currency)

    async def close(self) -> None:
        """Close the connections to Stripe."""
        await self._http.close_async()
