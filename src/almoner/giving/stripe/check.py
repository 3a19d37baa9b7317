"""Whether an account's key is good, and this machine's clock is Stripe's: by one call that changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from almoner.giving.stripe.client import Account, account_name, connect


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with the key, if something is; and by how many seconds this machine's clock is ahead of Stripe's, if it said."""

    problem: str | None
    clock_seconds: float | None = None
    name: str | None = None
    """Which account it is, where the key may say so (`client.account_name`)."""


async def check_account(account: Account, http: stripe.HTTPClient, now: datetime) -> Checked:
    """Ask for the balance, which any key may; `now` (UTC) is this machine's time."""
    api, name = connect(account, http).v1, None
    try:
        name = await _name_of(api, is_live=account.is_live)
        balance = await api.balance.retrieve_async()
    except stripe.AuthenticationError:
        return Checked("Stripe does not know this key, or it was revoked.")
    except stripe.PermissionError:
        return Checked(None, None, name)  # a restricted key, which is a good one
    except stripe.StripeError as error:
        return Checked(f"Stripe did not answer ({type(error).__name__}).")
    if balance.livemode != account.is_live:
        return Checked("Stripe says that the key is of the other mode (test or live).")
    told = balance.last_response.headers.get("date") if balance.last_response else None
    ahead = None if told is None else (now - parsedate_to_datetime(told)).total_seconds()
    return Checked(None, ahead, name)


async def _name_of(api: Any, *, is_live: bool) -> str | None:
    try:
        return account_name((await api.accounts.retrieve_current_async()).id, is_live=is_live)
    except stripe.PermissionError:
        return None
