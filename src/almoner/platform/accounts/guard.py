"""Who guesses waits: longer with each failure, counted in the database for all web processes together, by its clock.

Three counts (docs/decisions/0032-users-and-groups.md): of an account from one address (5 failures are free, then 1, 2, 4 .. 900 seconds), of
an address whatever the account (50, up to 300 seconds), and of an account from wherever (20, up to 60 seconds). The latter two do not hold an
address from which the account was signed in to within 30 days, and the first holds it for 60 seconds at most: whoever shares it with somebody
who guesses waits no longer. From an address that is new to the account others can keep its owner waiting for as long as they go on. Attempts
at accounts that are not there count alike. Refresh tokens that are not good count for their address alone (100, up to 60 seconds).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from almoner.platform.accounts.errors import TooManyAttempts
from almoner.platform.database import load_queries
from almoner.platform.database.connection import Connection

_queries = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and how long the wait may become, in seconds."""

    free: int
    most: int


PAIR, ACCOUNT, ADDRESS = Limit(5, 900), Limit(20, 60), Limit(50, 300)
REFRESH = Limit(100, 60)
KNOWN_MOST = 60
"""The longest wait of an account from an address from which it was signed in to, in seconds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in to an account from an address, as it is counted."""

    pair: bytes
    account: bytes
    address: bytes

    @classmethod
    def of(cls, email_key: str, address: str) -> Attempt:
        """The attempt at `email_key` from `address`."""
        return cls(_key("pair", email_key, address), _key("account", email_key), _key("address", address))


async def let_pass(conn: Connection, attempt: Attempt) -> bool:
    """Whether the account was signed in to from there. `TooManyAttempts`, with the seconds to wait, when this attempt comes too early."""
    keys = [attempt.pair, attempt.account, attempt.address]
    rows = {row["key"]: row for row in await _queries.guards(conn, keys=keys)}
    pair = rows.get(attempt.pair)
    is_known = pair is not None and bool(pair["is_known"])
    _refuse_early(rows[key] for key in ([attempt.pair] if is_known else keys) if key in rows)
    return is_known


async def let_refresh(conn: Connection, address: str) -> None:
    """`TooManyAttempts` when this address sent too many refresh tokens that are not good."""
    _refuse_early(await _queries.guards(conn, keys=[_key("refresh", address)]))


async def refresh_failed(conn: Connection, address: str) -> None:
    """Count a refresh token that is not good."""
    await _fail(conn, _key("refresh", address), REFRESH)
    await _queries.forget_guards(conn)


def _refuse_early(rows: Iterable[Mapping[str, Any]]) -> None:
    if (seconds := max((float(row["seconds"]) for row in rows), default=0.0)) > 0:
        raise TooManyAttempts(math.ceil(seconds))


async def _fail(conn: Connection, key: bytes, limit: Limit) -> None:
    await _queries.fail(conn, key=key, free=limit.free, most=limit.most, known_most=KNOWN_MOST)


async def failed(conn: Connection, attempt: Attempt) -> None:
    """Count a failure. Counts that nobody added to for a day begin anew, and old ones are forgotten."""
    for key, limit in ((attempt.pair, PAIR), (attempt.account, ACCOUNT), (attempt.address, ADDRESS)):
        await _fail(conn, key, limit)
    await _queries.forget_guards(conn)


async def succeeded(conn: Connection, attempt: Attempt) -> None:
    """Remember the address, and begin the counts of the account anew; that of the address goes on."""
    await _queries.succeed(conn, key=attempt.pair)
    await _queries.calm(conn, key=attempt.account)


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()
