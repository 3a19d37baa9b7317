"""`Idempotency-Key`: a create repeated under its key answers as it did the first time and does nothing more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from almoner.kernel.errors import Conflict, Invalid
from almoner.platform.database import Tx, load_queries
from almoner.platform.http.requests import Request
from almoner.platform.wire import encode_json

T = TypeVar("T")

HEADER = "Idempotency-Key"
_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
_FORGOTTEN_AT_ONCE = 10
_SQL = load_queries(__file__)


class IdempotencyKeyReused(Conflict):
    """The `Idempotency-Key` came before with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"


async def run_once(
    tx: Tx,
    request: Request,
    path: str,
    create: Callable[[], Awaitable[T]],
    shape: Any,
    *,
    kept_since: datetime,
) -> T:
    """The result of `create()`, or the stored one (read as `shape`) when this request to `path` came before.

    At most once for each key of an organization and product that came `kept_since` or later: each new key takes some along that are older. Claim, create and answer share the transaction: if it
    fails, the key is free again. Raises `Invalid` for a malformed key and `IdempotencyKeyReused` when the key came
    with another request.
    """
    key = idempotency_key(request)
    if key is None:
        return await create()
    place = {"product": request.caller.product, "key": key}
    query = request.scope["query_string"]
    asked = f"{path}?{query.decode('latin-1')}" if query else path
    fingerprint = _fingerprint(request.method, asked, await request.body())
    while not await _SQL.claim_key(tx, **place, fingerprint=fingerprint):
        stored = await _SQL.stored_answer(tx, **place)
        if stored is None:
            continue  # it was so old that another request has taken it along since
        if stored["fingerprint"] != fingerprint:
            raise IdempotencyKeyReused(f"This {HEADER} was used before with another request.")
        repeated: T = msgspec.json.decode(stored["answer"], type=shape)
        return repeated
    result = await create()
    await _SQL.store_answer(tx, **place, path=path, answer=encode_json(result).decode())
    # Last: whoever waits for these keys, as an erasure does that holds what `create` asked for, waits for nobody who waits.
    await _SQL.forget_keys(tx, before=kept_since, most=_FORGOTTEN_AT_ONCE)
    return result


def idempotency_key(request: Request) -> str | None:
    """The request's `Idempotency-Key`, None without one; `Invalid` when malformed or sent twice."""
    found: list[bytes] = [value for name, value in request.scope["headers"] if name == b"idempotency-key"]
    if not found:
        return None
    if len(found) > 1 or not _KEY.fullmatch(found[0]):
        raise Invalid.field(HEADER, "INVALID", f"{HEADER} must be 1 to 255 visible ASCII characters.")
    return found[0].decode("ascii")


def _fingerprint(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()
