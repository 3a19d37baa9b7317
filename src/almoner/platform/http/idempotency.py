"""`Idempotency-Key`: a create repeated under its key answers as it did the first time and does nothing more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request

from almoner.kernel.errors import Conflict, Invalid
from almoner.platform.database import Tx, load_queries
from almoner.platform.http.auth import caller_of
from almoner.platform.http.responses import encode_json

T = TypeVar("T")

HEADER = "Idempotency-Key"
_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
_SQL = load_queries(__file__)


class IdempotencyKeyReused(Conflict):
    """The key came before with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"


class Once:
    """Runs a create at most once per `Idempotency-Key` of the organization and product."""

    __slots__ = ("_request", "_tx")

    def __init__(self, tx: Tx, request: Request[Any, Any, Any]) -> None:
        self._tx = tx
        self._request = request

    async def __call__(self, create: Callable[[], Awaitable[T]], answer: type[T]) -> T:
        """The result of `create()`, or the stored one (read as `answer`) when this request came before.

        Claim, create and answer share the request's transaction: if it fails, the key is free again. Raises
        `Invalid` for a malformed key and `IdempotencyKeyReused` when the key came with another request.
        """
        key = idempotency_key(self._request)
        if key is None:
            return await create()
        place = {
            "product": caller_of(self._request).product,
            "key": key,
        }
        fingerprint = await _fingerprint(self._request)
        if not await _SQL.claim_key(self._tx, **place, fingerprint=fingerprint):
            stored = await _SQL.stored_answer(self._tx, **place)
            return _repeated(stored["fingerprint"], stored["answer"], fingerprint, answer)
        result = await create()
        await _SQL.store_answer(self._tx, **place, answer=encode_json(result).decode())
        return result


def idempotency_key(request: Request[Any, Any, Any]) -> str | None:
    """The request's `Idempotency-Key`, None without one; `Invalid` when malformed or sent twice."""
    found = [value for name, value in request.scope["headers"] if name == b"idempotency-key"]
    if not found:
        return None
    if len(found) > 1 or not _KEY.fullmatch(found[0]):
        raise Invalid.field(HEADER, "INVALID", f"{HEADER} must be 1 to 255 visible ASCII characters.")
    return found[0].decode("ascii")


async def _fingerprint(request: Request[Any, Any, Any]) -> bytes:
    digest = hashlib.sha256(f"{request.scope['method']} {request.scope['path']}\n".encode())
    digest.update(await request.body())
    return digest.digest()


def _repeated(stored: bytes, text: str, fingerprint: bytes, answer: type[T]) -> T:
    if stored != fingerprint:
        raise IdempotencyKeyReused(f"This {HEADER} was used before with another request.")
    return msgspec.json.decode(text, type=answer)
