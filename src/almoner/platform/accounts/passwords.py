"""Passwords: their rules and their hashes (argon2id), made beside the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from almoner.kernel.errors import Invalid, Unavailable

LENGTH_MIN, LENGTH_MAX = 12, 200
AT_ONCE, WAITING_MAX = 2, 64
"""How many hashes one process works on, and how many more may wait before somebody is told to come again."""
RESERVED, SHARE_MAX = 16, 12
"""How many of the waiting places only who is known may take, and how many one sharer may: an address, or who is known."""

# What OWASP's cheat sheet asks for at least: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _of_nobody() -> str:
    """The hash that is compared with where there is nobody: as dear as any, and made once in a process."""
    return _HASHER.hash("nobody has this password")


def checked_password(password: str, email: str) -> str:
    """`password` when it may be one: `Invalid` for one that is short, long, or the address. Length counts, not signs (NIST SP 800-63B)."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise Invalid.field(
            "password", "TOO_SHORT" if len(password) < LENGTH_MIN else "TOO_LONG",
            f"A password has {LENGTH_MIN} to {LENGTH_MAX} letters. A few words in a row are easy to remember.",
        )  # fmt: skip
    if password.strip().casefold() == email.casefold() or len(set(password)) < 4:
        raise Invalid.field("password", "INVALID", "This password is guessed at once. Choose another.")
    return password


class Passwords:
    """Makes and compares hashes in threads, so that whoever guesses cannot stall the server."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._shares: Counter[str | bytes] = Counter()
        self._nobody = _of_nobody()

    @asynccontextmanager
    async def turn(self, sharer: str | bytes, *, is_known: bool = False) -> AsyncIterator[None]:
        """One of the few turns. `Unavailable` when too many wait for one, in all or of this `sharer`.

        Who is known may wait in places that strangers leave free: so no number of strangers keeps everybody out.
        """
        most = WAITING_MAX if is_known else WAITING_MAX - RESERVED
        if self._waiting >= most or self._shares[sharer] >= SHARE_MAX:
            raise Unavailable("Too many people sign in at once. Try again shortly.")
        self._waiting += 1
        self._shares[sharer] += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
            self._shares[sharer] -= 1
            if not self._shares[sharer]:
                del self._shares[sharer]
        try:
            yield
        finally:
            self._turns.release()

    async def hash(self, password: str, owner: str) -> str:
        """The hash to keep of a password, for its `owner`, who has proved to be that."""
        async with self.turn(owner, is_known=True):
            return await asyncio.to_thread(_HASHER.hash, _plain(password))

    async def matches(self, kept: str | None, candidates: Sequence[str]) -> bool:
        """Whether one of `candidates` is the password behind `kept`. It takes as long where there is none, or one that was ended ("").

        The caller holds a turn.
        """
        return await asyncio.to_thread(_one_matches, kept or self._nobody, candidates) and bool(kept)


def _one_matches(kept: str, candidates: Sequence[str]) -> bool:
    return any(_matches(kept, candidate) for candidate in candidates)


def _matches(kept: str, candidate: str) -> bool:
    try:
        return len(candidate) <= LENGTH_MAX and _HASHER.verify(kept, _plain(candidate))
    except (VerificationError, InvalidHashError):
        return False


def _plain(password: str) -> str:
    """One spelling of what keyboards spell in several ways."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
