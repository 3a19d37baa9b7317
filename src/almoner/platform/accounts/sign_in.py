"""Sign people in, and tell whom a token belongs to: tokens for programs, sessions for browsers.

All of it is asked of the first server, which knows the accounts; what a group grants, of the organization's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from almoner.kernel.clock import Clock
from almoner.kernel.errors import BadRequest
from almoner.kernel.ids import new_secret, secret_hash
from almoner.platform.accounts import guard, otp
from almoner.platform.accounts.errors import CodeNeeded, InvalidGrant
from almoner.platform.accounts.passwords import Passwords
from almoner.platform.accounts.service import Account, Membership, Proven, is_still_good, memberships_of
from almoner.platform.database import Database, load_queries
from almoner.platform.database.connection import Connection
from almoner.platform.mailboxes import address_key
from almoner.platform.organizations.groups import scopes_of
from almoner.platform.organizations.rules import USER_PREFIX, Caller, User

_queries = load_queries(__file__)

ACCESS_LIFE, REFRESH_LIFE = timedelta(days=15), timedelta(days=365)
"""How long tokens are good, as the original has it."""
OWN = frozenset({"organization:read"})
"""What every user may, whatever the group grants: know its organizations, and so find the way out of one by a switch."""
PREFIXES = {"access": USER_PREFIX.rstrip("_"), "refresh": "usf", "session": "uss"}
_REFUSED = "The e-mail address, the password or the code is wrong."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a program gets: an access token, a refresh token for the next pair, and whose they are."""

    access: str
    refresh: str
    issued_at: datetime
    email: str
    two_factor: bool


class SignInDesk:
    """Where people sign in. One for each process: it bounds how many passwords are looked at at once."""

    def __init__(self, db: Database, clock: Clock, product: str, cache_seconds: float = 0.0) -> None:
        """Tokens are for `product`. What a group grants is trusted for `cache_seconds`, as keys are."""
        self._db = db
        self._clock = clock
        self._product = product
        self.passwords = Passwords()
        self._cache_seconds = cache_seconds
        self._groups: dict[tuple[int, int], tuple[float, frozenset[str]]] = {}

    async def prove(self, email: str, candidates: Sequence[str], code: str, address: str) -> Proven:
        """Who knows the password of an account (one of `candidates`) and, where it asks for one, a one-time code.

        `InvalidGrant` when anything is wrong, and not what; `CodeNeeded` when only the code is missing; `TooManyAttempts` for who failed
        too often; `Unavailable` when too many wait. Who is to wait waits in no queue. Attempts are looked at again and counted
        within a turn, so that many at once are no more guesses than turns.
        """
        key = address_key(email)
        attempt = guard.Attempt.of(key, address)
        async with self._db.first.system() as conn:
            is_known = await guard.let_pass(conn, attempt)
        async with self.passwords.turn(attempt.pair if is_known else attempt.address, is_known=is_known):
            async with self._db.first.system() as conn:
                await guard.let_pass(conn, attempt)
                row = await _queries.account_by_email(conn, email_key=key)
            is_right = await self.passwords.matches(row and row["password_hash"], candidates)
            if is_right and row["otp_is_on"] and not code:
                raise CodeNeeded("Send the code of the authenticator app as otp.")
            async with self._db.first.system() as conn:
                if not is_right or not await self._code_is_right(conn, row, code):
                    await guard.failed(conn, attempt)
                    is_right = False
                else:
                    await guard.succeeded(conn, attempt)
        if not is_right:
            raise InvalidGrant(_REFUSED)
        account = Account(row["id"], row["email"], row["name"], row["otp_is_on"])
        return Proven(account, row["password_hash"])

    async def _code_is_right(self, conn: Connection, row: Mapping[str, Any], code: str) -> bool:
        """Whether the account needs no code, or it is a fresh one: each works once. A code that is not needed does no harm."""
        if not row["otp_is_on"]:
            return True
        secret = row["otp_secret"]
        step = otp.step_of(secret, code, self._clock.now(), row["otp_step"])
        return step is not None and bool(
            await _queries.use_step(conn, id=row["id"], secret=secret, step=step)
        )

    async def open_tokens(self, proven: Proven) -> Tokens:
        """Fresh tokens for somebody who proved who they are; earlier ones go on.

        `InvalidGrant` without an organization to work in, and when the password was changed since it was proved.
        """
        now = self._clock.now()
        async with self._db.first.system() as conn:
            sign_in_id = await self._open(conn, proven, now + REFRESH_LIFE)
            return await self._issue(conn, sign_in_id, proven.account, now)

    async def open_session(self, proven: Proven, life: timedelta) -> str:
        """The token of a browser session that lasts `life`. `InvalidGrant` as `open_tokens`."""
        now = self._clock.now()
        async with self._db.first.system() as conn:
            sign_in_id = await self._open(conn, proven, now + life)
            return await self._add(conn, "session", sign_in_id, proven.account.id, now + life)

    async def refresh(self, token: str, address: str) -> Tokens:
        """A new pair for a refresh token, which is used up. `InvalidGrant` for one that is not good; `TooManyAttempts` after many of those.

        One that comes again was stolen, or its thief came first: everything of that sign-in ends (RFC 9700, 4.14.2).
        """
        now, hashed = self._clock.now(), secret_hash(token)
        async with self._db.first.system() as conn:
            await guard.let_refresh(conn, address)
            sign_in_id = await _queries.use_refresh(conn, hash=hashed, now=now)
            row = await _queries.sign_in(conn, id=sign_in_id) if sign_in_id is not None else None
            if row is not None:
                account = Account(row["account_id"], row["email"], row["name"], row["otp_is_on"])
                await _queries.prolong(conn, id=sign_in_id, expires_at=now + REFRESH_LIFE)
                return await self._issue(conn, sign_in_id, account, now)
            if (reused := await _queries.reused(conn, hash=hashed)) is not None:
                await _queries.end_sign_in(conn, id=reused, now=now)
            await guard.refresh_failed(conn, address)
        raise InvalidGrant("The refresh token is unknown, was used before, or has ended. Sign in anew.")

    async def caller_of(self, token: str, kind: str = "access") -> Caller | None:
        """Who a token of a user stands for; None when it is not good. Asked of the database each time, so that whatever ends it ends it now."""
        now = self._clock.now()
        async with self._db.first.connection() as conn:
            row = await _queries.token_owner(conn, hash=secret_hash(token), kind=kind, now=now)
        if row is None:
            return None
        scopes = OWN | await self._granted(row["organization_id"], row["group_id"])
        user = User(row["account_id"], row["membership_id"], row["sign_in_id"], row["email"])
        product = "console" if kind == "session" else self._product
        return Caller(row["organization_id"], product, scopes, 0, row["name"], user)

    async def memberships(self, user: User) -> list[Membership]:
        """The organizations that a user may work in, the oldest membership first."""
        async with self._db.first.system() as conn:
            return [one for one in await memberships_of(conn, user.account_id) if one.is_open]

    async def switch(self, user: User, membership_id: int) -> None:
        """Let this sign-in work in another organization of the user's. `BadRequest` for one that is none."""
        if membership_id not in {one.id for one in await self.memberships(user)}:
            raise BadRequest("You do not belong to this organization.")
        async with self._db.first.system() as conn:
            await _queries.switch(conn, id=user.sign_in_id, membership_id=membership_id)

    async def end(self, user: User) -> None:
        """End this sign-in, with all its tokens."""
        async with self._db.first.system() as conn:
            await _queries.end_sign_in(conn, id=user.sign_in_id, now=self._clock.now())

    async def granted_to(self, membership: Membership) -> frozenset[str]:
        """What the group of a membership grants."""
        return await self._granted(membership.organization_id, membership.group_id)

    async def _granted(self, organization_id: int, group_id: int) -> frozenset[str]:
        key = organization_id, group_id
        expires, scopes = self._groups.get(key, (0.0, frozenset[str]()))
        if expires > monotonic():
            return scopes
        async with self._db.tenant(organization_id) as tx:
            scopes = await scopes_of(tx, group_id)
        self._groups[key] = monotonic() + self._cache_seconds, scopes
        return scopes

    async def _open(self, conn: Connection, proven: Proven, expires_at: datetime) -> int:
        account = proven.account
        is_good = await is_still_good(conn, proven)
        usable = [one for one in await memberships_of(conn, account.id) if one.is_open]
        if not is_good or not usable:
            raise InvalidGrant(_REFUSED)
        now = self._clock.now()
        await _queries.forget_tokens(conn, now=now)
        await _queries.forget_sign_ins(conn, now=now)
        made: int = await _queries.open_sign_in(
            conn, account_id=account.id, membership_id=usable[0].id, expires_at=expires_at
        )
        return made

    async def _issue(self, conn: Connection, sign_in_id: int, account: Account, now: datetime) -> Tokens:
        access = await self._add(conn, "access", sign_in_id, account.id, now + ACCESS_LIFE)
        refresh = await self._add(conn, "refresh", sign_in_id, account.id, now + REFRESH_LIFE)
        return Tokens(access, refresh, now, account.email, account.two_factor)

    @staticmethod
    async def _add(
        conn: Connection, kind: str, sign_in_id: int, account_id: int, expires_at: datetime
    ) -> str:
        token = new_secret(PREFIXES[kind], account_id)
        await _queries.add_token(
            conn, hash=secret_hash(token), sign_in_id=sign_in_id, kind=kind, expires_at=expires_at
        )
        return token
