"""Whether an account's key is good, and this machine's clock is Stripe's: by one call that changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from almoner.giving.stripe.client import Account, connect


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with the key, if something is; and by how many seconds this machine's clock is ahead of Stripe's, if it said."""

    problem: str | None
    clock_seconds: float | None = None
    account_id: str | None = None
    """Stripe's own name of the account; None when the key may not ask for it."""


async def check_account(account: Account, http: stripe.HTTPClient, now: datetime) -> Checked:
    """Ask for the balance, which any key may, and whose it is; `now` (UTC) is this machine's time."""
    api, account_id = connect(account, http).v1, None
    try:
        account_id = await _account_id(api)
        balance = await api.balance.retrieve_async()
    except stripe.AuthenticationError:
        return Checked("Stripe does not know this key, or it was revoked.")
    except stripe.PermissionError:
        return Checked(None, account_id=account_id)  # a restricted key, which is a good one
    except stripe.StripeError as error:
        return Checked(f"Stripe did not answer ({type(error).__name__}).")
    if balance.livemode != account.is_live:
        return Checked("Stripe says that the key is of the other mode (test or live).")
    told = balance.last_response.headers.get("date") if balance.last_response else None
    ahead = None if told is None else (now - parsedate_to_datetime(told)).total_seconds()
    return Checked(None, ahead, account_id)


async def _account_id(api: Any) -> str | None:
    """Stripe's own name of the account that a key is of; None when the key may not ask."""
    try:
        return str((await api.accounts.retrieve_current_async()).id)
    except stripe.PermissionError:
        return None
