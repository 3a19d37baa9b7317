"""Passwords: their rules and their hashes (argon2id), made beside the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from almoner.kernel.errors import Invalid, Unavailable

LENGTH_MIN, LENGTH_MAX = 12, 200
AT_ONCE, WAITING_MAX = 2, 64
"""How many hashes one process works on, and how many more may wait before somebody is told to come again."""

# What OWASP's cheat sheet asks for at least: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


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
        self._nobody = _HASHER.hash("nobody has this password")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the few turns. `Unavailable` when too many wait for one."""
        if self._waiting >= WAITING_MAX:
            raise Unavailable("Too many people sign in at once. Try again shortly.")
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    async def hash(self, password: str) -> str:
        """The hash to keep of a password."""
        async with self.turn():
            return await asyncio.to_thread(_HASHER.hash, _plain(password))

    async def matches(self, kept: str | None, candidates: Sequence[str]) -> bool:
        """Whether one of `candidates` is the password behind `kept`. It takes as long where there is none.

        The caller holds a turn.
        """
        return await asyncio.to_thread(_one_matches, kept or self._nobody, candidates) and kept is not None


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
