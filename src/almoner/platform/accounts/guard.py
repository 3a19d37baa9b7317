"""Who guesses waits: longer with each failure, counted in the database for all web processes together, by its clock.

Three counts, so that nobody is locked out for ever by somebody else (docs/decisions/0032-users-and-groups.md): of an account from one
address (5 failures are free, then 1, 2, 4 .. 900 seconds), of an address whatever the account (50, up to 300 seconds), and of an account
from wherever (20, up to 60 seconds). The latter two do not hold an address from which the account was signed in to within 30 days. Attempts at
accounts that are not there count alike.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

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


async def let_pass(conn: Connection, attempt: Attempt) -> None:
    """`TooManyAttempts`, with the seconds to wait, when this attempt comes too early."""
    keys = [attempt.pair, attempt.account, attempt.address]
    rows = {row["key"]: row for row in await _queries.guards(conn, keys=keys)}
    pair = rows.get(attempt.pair)
    counted = [attempt.pair] if pair is not None and pair["is_known"] else keys
    seconds = max((float(rows[key]["seconds"]) for key in counted if key in rows), default=0.0)
    if seconds > 0:
        raise TooManyAttempts(math.ceil(seconds))


async def failed(conn: Connection, attempt: Attempt) -> None:
    """Count a failure. Counts that nobody added to for a day begin anew, and old ones are forgotten."""
    for key, limit in ((attempt.pair, PAIR), (attempt.account, ACCOUNT), (attempt.address, ADDRESS)):
        await _queries.fail(conn, key=key, free=limit.free, most=limit.most)
    await _queries.forget_guards(conn)


async def succeeded(conn: Connection, attempt: Attempt) -> None:
    """Remember the address, and begin the counts of the account anew; that of the address goes on."""
    await _queries.succeed(conn, key=attempt.pair)
    await _queries.calm(conn, key=attempt.account)


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()
