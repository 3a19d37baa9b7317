"""A Stripe that speaks its HTTP, keeps books, and fails in every way: it stands where the network would (`FakeStripe.transport`)."""

from __future__ import annotations

import asyncio
import copy
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
import stripe

from tests.support.stripe_books import METHODS, Books, Refused, invalid

SECRET_KEY, WEBHOOK_SECRET = "sk_live_fake", "whsec_fake"


@dataclass
class FakeStripe:
    """One account of Stripe. Kind unless `nastiness` is set; `rng` decides what goes wrong."""

    rng: random.Random = field(default_factory=lambda: random.Random(1))
    nastiness: float = 0.0
    """How often a call, or a notice, goes wrong."""
    slow_seconds: float = 0.0
    search_lag: float = 0.0
    """Seconds until a search knows of an intent."""
    secret_key: str = SECRET_KEY
    webhook_secret: str = WEBHOOK_SECRET
    account_id: str = "acct_fake"
    clock: Callable[[], datetime] | None = None
    refunds_pend: bool = False
    calls: Counter[str] = field(default_factory=Counter)
    mishaps: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    late: set[asyncio.Task[None]] = field(default_factory=set)
    books: Books = field(init=False)
    _answered: dict[str, tuple[str, int, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.books = Books(self.now, is_live="_live_" in self.secret_key)

    def now(self) -> int:
        """The time in seconds."""
        return int(time.time() if self.clock is None else self.clock().timestamp())

    @property
    def transport(self) -> httpx.MockTransport:
        """What stands where the network would."""
        return httpx.MockTransport(self.answer)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """One call, which may be slow, go unanswered before or after it was done, be done later, or be too many."""
        self.versions.add(request.headers["stripe-version"])
        if request.headers["authorization"] != f"Bearer {self.secret_key}":
            return httpx.Response(
                401, json={"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}
            )
        await asyncio.sleep(self.rng.random() ** 4 * self.slow_seconds)
        mood = self._mood()
        if mood == "before":
            raise httpx.ConnectError("before it was done", request=request)
        if mood == "too many":
            return httpx.Response(
                429,
                json={
                    "error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many"}
                },
            )
        if mood == "later":
            task = asyncio.create_task(self._do_later(request))
            self.late.add(task)
            raise httpx.ReadTimeout("it is done later", request=request)
        response = self._do(request)
        if mood == "after":
            raise httpx.ReadError("after it was done", request=request)
        if mood == "hangs":
            await asyncio.sleep(60)
        return response

    def _mood(self) -> str:
        moods = ("before", "too many", "later", "after", "hangs")
        mood = self.rng.choice(moods) if self.rng.random() < self.nastiness else ""
        self.mishaps[mood or "(well)"] += 1
        return mood

    async def _do_later(self, request: httpx.Request) -> None:
        await asyncio.sleep(self.rng.random() * self.slow_seconds * 5)
        self._do(request)

    def _do(self, request: httpx.Request) -> httpx.Response:
        """Do a call once for each idempotency key; a repeat is answered as the first was."""
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        text = request.content.decode()
        mark = f"{request.url.path}?{text}"
        if key in self._answered:
            known, status, body = self._answered[key]
            if known != mark:
                error = {
                    "type": "idempotency_error",
                    "message": "Keys for idempotent requests can only be used with the same parameters.",
                }
                return httpx.Response(400, json={"error": error})
            return httpx.Response(status, json=body, headers={"idempotent-replayed": "true"})
        params = dict(parse_qsl(text)) if request.method == "POST" else dict(request.url.params)
        try:
            status, body = 200, self._route(request.method, request.url.path.split("/")[2:], params)
        except Refused as refused:
            status, body = refused.status, refused.body
        body = copy.deepcopy(body)
        if key is not None and status != 400:
            self._answered[key] = (mark, status, body)
        return httpx.Response(status, json=body)

    def _route(self, method: str, path: list[str], params: dict[str, str]) -> Any:
        self.calls[f"{method} {path[0]}"] += 1
        match (method, path):
            case "POST", ["payment_intents"]:
                return self._told(self.books.create_intent(params))
            case "POST", ["payment_intents", id_, "cancel"]:
                return self.books.cancel_intent(id_)
            case "POST", ["refunds"]:
                return self.books.create_refund(params, "pending" if self.refunds_pend else "succeeded")
            case "GET", ["payment_intents", "search"]:
                return self._search(params)
            case "GET", ["payment_methods", id_]:
                if id_ not in METHODS:
                    raise invalid("No such PaymentMethod", code="resource_missing", param="payment_method")
                return {"id": id_, "object": "payment_method", **METHODS[id_]}
            case "GET", ["account" | "balance" as kind]:
                whole = {"livemode": self.books.is_live, "available": [], "pending": []}
                return {"object": kind, **({"id": self.account_id} if kind == "account" else whole)}
            case "GET", [kind]:
                return self._list(kind, params)
            case "GET", [kind, id_]:
                return self._told(self.books.get(id_, _PREFIXES[kind]))
        raise Refused(404, "invalid_request_error", message=f"Unrecognized request URL ({method} {path})")

    def _told(self, one: dict[str, Any]) -> dict[str, Any]:
        """An object with what belongs to it, as whoever asks for it expands it."""
        told = dict(one)
        for name in ("latest_charge", "balance_transaction"):
            if isinstance(told.get(name), str):
                told[name] = dict(self.books.objects[told[name]])
        return told

    def _search(self, params: dict[str, str]) -> dict[str, Any]:
        key = params["query"].split("'")[3]
        found = [
            self._told(one)
            for one in self.books.by_key(key)
            if one["created"] + self.search_lag <= self.now()
        ]
        return {
            "object": "search_result",
            "data": found,
            "has_more": False,
            "next_page": None,
            "url": "/v1/payment_intents/search",
        }

    def _list(self, kind: str, params: dict[str, str]) -> dict[str, Any]:
        after, before = int(params.get("created[gte]", 0)), int(params.get("created[lte]", 1 << 62))
        wanted = {value for name, value in params.items() if name.startswith("types[")}
        rows = [
            one
            for one in self._rows(kind, params.get("payment_intent"))
            if after <= one["created"] <= before
            and (not wanted or one["type"] in wanted)
            and params.get("payout", one.get("payout")) == one.get("payout")
        ]
        if (start := params.get("starting_after")) is not None:
            ids = [one["id"] for one in rows]
            if start not in ids:
                raise invalid(
                    f"No such {kind.rstrip('s')}: '{start}'", code="resource_missing", param="starting_after"
                )
            rows = rows[ids.index(start) + 1 :]
        size = int(params.get("limit", 10))
        page = [
            self._lined(one) if kind == "balance_transactions" else self._told(one) for one in rows[:size]
        ]
        return {"object": "list", "data": page, "has_more": len(rows) > size, "url": f"/v1/{kind}"}

    def _rows(self, kind: str, payment: str | None) -> list[dict[str, Any]]:
        if kind == "events":
            return self.books.events[::-1]
        if payment is not None:
            return self.books.of_payment(_PREFIXES[kind], payment)
        return self.books.all(_PREFIXES[kind])

    def _lined(self, line: dict[str, Any]) -> dict[str, Any]:
        return {**line, "source": dict(self.books.objects[line["source"]])}

    # --- notices ----------------------------------------------------------------------------------------

    async def send_notices(self, send: Callable[[bytes, str], Awaitable[int]], lost: float = 0.0) -> None:
        """Send the events that wait: in any order, some twice, some never. What is not answered with 200 is sent again later."""
        waiting, self.books.outbox = self.books.outbox, []
        self.rng.shuffle(waiting)
        for event in waiting:
            if self.rng.random() < lost:
                self.mishaps["notice lost"] += 1
                continue
            for _ in range(2 if self.rng.random() < 0.2 else 1):
                body = json.dumps(event).encode()
                if await send(body, self.sign(body)) != 200:
                    self.books.outbox.append(event)

    def sign(self, body: bytes, at: int | None = None) -> str:
        """The header that goes with a notice."""
        return stripe.WebhookSignature.generate_signature_header(
            body.decode(), self.webhook_secret, at or self.now()
        )


_PREFIXES = {
    "payment_intents": "pi_",
    "charges": "ch_",
    "refunds": "re_",
    "disputes": "dp_",
    "payouts": "po_",
    "balance_transactions": "txn_",
}
