"""The way to Stripe's API: one bounded pool of connections for all organizations, each with its own key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import stripe

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that this program was written against; an account's own default does not matter."""
RETRIES_MAX = 2
"""How often the library repeats a call that met a broken connection, a conflict or an error of Stripe's: under the same key."""
CONNECTIONS_MAX = 40
CALL_SECONDS = 20.0
CONNECT_SECONDS = 5.0

stripe.enable_telemetry = False


@dataclass(frozen=True, slots=True)
class Account:
    """An organization's account at Stripe. Secrets are not shown by `repr`."""

    organization_id: int
    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    publishable_key: str | None
    descriptor_suffix: str | None
    is_live: bool
    name: str | None = None
    """Which account it is, with its mode; None where its key may not say."""
    set_up_at: datetime | None = None
    """When it was set up so (UTC); None of one that is set up nowhere yet."""


def account_name(account_id: str, *, is_live: bool) -> str:
    """How an account is told from others: its live and its test payments are unknown to each other."""
    return account_id if is_live else f"{account_id} (test)"


class StripeHttp(stripe.HTTPClient):
    """The library's calls over our own httpx, with a bound on connections and on each call; a call of Stripe's that breaks may be repeated."""

    name = "httpx"

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        super().__init__()
        limits = httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX // 2)
        timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.AsyncClient(
            transport=transport or httpx.AsyncHTTPTransport(limits=limits), timeout=timeout
        )

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One call; `stripe.APIConnectionError` when it breaks, which says nothing of what was done."""
        try:
            answer = await self._client.request(method, url, headers=dict(headers), content=post_data or b"")
        except httpx.HTTPError as error:
            text = f"Stripe could not be reached: {type(error).__name__}."
            raise stripe.APIConnectionError(text, should_retry=True) from error  # type: ignore[no-untyped-call]
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        """Wait before a call is repeated."""
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def connect(account: Account, http: stripe.HTTPClient) -> stripe.StripeClient:
    """Stripe's API as this account sees it."""
    return stripe.StripeClient(
        account.secret_key, stripe_version=API_VERSION, max_network_retries=RETRIES_MAX, http_client=http
    )


def plain(answer: Any) -> dict[str, Any]:
    """An object of Stripe's as plain data."""
    told: dict[str, Any] = answer.to_dict()
    return told


def is_replayed(answer: Any) -> bool:
    """Whether Stripe answered as it did the first time under this key, so that the object may be otherwise by now."""
    headers: Mapping[str, str] = answer.last_response.headers
    return headers.get("idempotent-replayed") == "true"
