"""Make organizations and keys; tell who a token belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import asyncpg

from almoner.kernel.clock import Clock, SystemClock, zone
from almoner.kernel.errors import Invalid, NotFound, Unauthenticated
from almoner.kernel.ids import new_secret, secret_hash, secret_organization
from almoner.kernel.money import MoneyError, currency_code
from almoner.platform.database import Database, Server, Tx, load_queries
from almoner.platform.database.servers import LOOK_UP_SECONDS
from almoner.platform.database.trouble import AWAY
from almoner.platform.organizations.rules import (
    INTEGRATIONS,
    PREFIXES,
    USER_PREFIX,
    Caller,
    Key,
    Organization,
)

_queries = load_queries(__file__)

CACHE_MAX = 10_000


SERVER_AWAY, NOT_LISTED = "away", "not listed"


@dataclass(frozen=True, slots=True)
class Known:
    """An organization and the server it lives on; where that cannot be asked, `lack` says why, and no more is known."""

    organization_id: int
    server: str
    organization: Organization | None = None
    lack: str = ""


@asynccontextmanager
async def new_organization(
    db: Database,
    name: str,
    *,
    server: Server | None = None,
    currency: str = "USD",
    time_zone: str = "UTC",
    integration: str = "crm",
) -> AsyncIterator[Tx]:
    """Create an organization on `server` (the first one) and go on in its first transaction there.

    Nothing is kept when the block fails, but for a number that the directory gives out no more: it and the home are two
    transactions. Raises `Invalid` naming `name`, `currency`, `timeZone` or `integration`.
    """
    if not 1 <= len(name.strip()) <= 200:
        raise Invalid.field("name", "REQUIRED", "An organization needs a name of 1 to 200 characters.")
    zone(time_zone)
    if integration not in INTEGRATIONS:
        raise Invalid.field("integration", "UNKNOWN", f"The integration is one of {', '.join(INTEGRATIONS)}.")
    try:
        code = currency_code(currency)
    except MoneyError as error:
        raise Invalid.field("currency", error.code, str(error)) from error
    home = server or db.first
    async with db.first.system() as conn:
        organization_id = await _queries.new_organization_id(conn, server=home.name)
    async with home.system() as conn:
        await _queries.create_organization(
            conn,
            id=organization_id,
            name=name.strip(),
            currency=code,
            time_zone=time_zone,
            integration=integration,
        )
        yield await home.act_for(conn, organization_id)


async def list_organizations(db: Database) -> list[Organization]:
    """All organizations of all servers, oldest first; raises what a server that is away raises."""
    found = [one for server in db.servers for one in await organizations_on(server)]
    return sorted(found, key=lambda one: one.organization_id)


async def organizations_on(server: Server) -> list[Organization]:
    """All organizations that live on `server`, oldest first."""
    async with server.system() as conn:
        return [Organization(**row) for row in await _queries.list_organizations(conn)]


async def organizations_known(db: Database) -> list[Known]:
    """All organizations, oldest first: those of servers that do not answer or are not listed as the directory names them.

    Raises what the first server raises when it is away: the directory is there.
    """
    async with db.first.system() as conn:
        homes = {row["organization_id"]: row["server"] for row in await _queries.list_homes(conn)}
    found: dict[int, Known] = {}
    lacks = dict.fromkeys(homes.values(), NOT_LISTED)
    for server in db.servers:
        lacks[server.name] = ""
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                here = await organizations_on(server)
        except (OSError, *AWAY):
            if server is db.first:
                raise
            lacks[server.name] = SERVER_AWAY
        else:
            found |= {one.organization_id: Known(one.organization_id, server.name, one) for one in here}
    missing = {
        id_: Known(id_, name, lack=lacks[name])
        for id_, name in homes.items()
        if id_ not in found and lacks[name]
    }
    return [one for _, one in sorted((found | missing).items())]


async def unlisted_servers(db: Database) -> list[str]:
    """Servers that the directory sends organizations to and that this process does not know; none while it is away."""
    try:
        async with asyncio.timeout(2), db.first.system() as conn:
            homes = {row["server"] for row in await _queries.list_homes(conn)}
    except (*AWAY, asyncpg.PostgresError):
        return []
    return sorted(homes - {server.name for server in db.servers})


async def misplaced(db: Database, server: Server) -> list[int]:
    """Organizations on `server` that the directory does not send there: nobody reaches them, or two share one id."""
    async with db.first.system() as conn:
        homes = {row["organization_id"]: row["server"] for row in await _queries.list_homes(conn)}
    ids = [one.organization_id for one in await organizations_on(server)]
    return [id_ for id_ in ids if homes.get(id_, "") != server.name]


async def create_key(
    tx: Tx,
    product: str,
    name: str,
    scopes: Sequence[str] = ("*",),
    *,
    expires_at: datetime | None = None,
    group_id: int | None = None,
) -> str:
    """A new token for `product` ('raise' or 'crm'), good until `expires_at` or for ever. It is shown here once; only its hash is kept.

    It grants `scopes`, or, with `group_id`, whatever that group grants at the time.
    """
    token = new_secret(PREFIXES[product], tx.organization_id)
    await _queries.add_key(
        tx,
        product=product,
        name=name,
        scopes=[] if group_id else list(scopes),
        hash=secret_hash(token),
        expires_at=expires_at,
        group_id=group_id,
    )
    return token


async def list_keys(tx: Tx) -> list[Key]:
    """All keys of the organization, the revoked ones too, oldest first."""
    rows = await _queries.list_keys(tx)
    return [
        Key(
            r["id"],
            r["product"],
            r["name"],
            tuple(r["scopes"]),
            r["created_at"],
            r["revoked_at"],
            r["expires_at"],
            r["group_name"],
        )
        for r in rows
    ]


async def extend_key(tx: Tx, key_id: int, expires_at: datetime) -> None:
    """Put off the end of a key that has one."""
    await _queries.extend_key(tx, id=key_id, expires_at=expires_at)


async def revoke_key(tx: Tx, key_id: int, now: datetime) -> None:
    """Make a key unusable from `now` on; processes notice within `token_cache_seconds`. `NotFound` when there is none."""
    if await _queries.revoke_key(tx, id=key_id, now=now) is None:
        raise NotFound(f"There is no API key {key_id}.")


class Authenticator:
    """Tells who a bearer token belongs to, and remembers good answers for a few seconds."""

    def __init__(
        self,
        db: Database,
        cache_seconds: float,
        clock: Clock | None = None,
        users: Callable[[str], Awaitable[Caller | None]] | None = None,
    ) -> None:
        """`users` tells who a token that a user signed in for belongs to; it is asked anew each time."""
        self._db = db
        self._users = users
        self._clock = clock or SystemClock()
        self._cache_seconds = cache_seconds
        self._known: dict[bytes, tuple[float, Caller]] = {}

    async def __call__(self, _db: object, token: str, product: str) -> Caller:
        """The caller behind `token`; `Unauthenticated` when unknown, revoked, expired or of another product."""
        if self._users is not None and token.startswith(USER_PREFIX):
            return await self._user(token, product)
        hashed = secret_hash(token)
        expires, caller = self._known.get(hashed, (0.0, None))
        if caller is None or expires < monotonic():
            caller = await self._read(token, hashed)
            self._remember(hashed, caller)
        if caller.product != product:
            raise Unauthenticated(f"This token is for the {caller.product} API.")
        return caller

    async def _user(self, token: str, product: str) -> Caller:
        # Never remembered: a user who switches to another organization must not write to the one of before.
        caller = await self._users(token) if self._users is not None else None
        if caller is None:
            raise Unauthenticated("The token is unknown, has expired, or its user was disabled.")
        if caller.product != product:
            raise Unauthenticated(f"This token is for the {caller.product} API.")
        return caller

    async def _read(self, token: str, hashed: bytes) -> Caller:
        organization_id = secret_organization(token)
        if organization_id is None:
            raise Unauthenticated("The token is not one of ours.")
        async with self._db.tenant(organization_id) as tx:
            row = await _queries.key_by_hash(tx, hash=hashed, now=self._clock.now())
        if row is None:
            await self._db.look_up(organization_id)  # it may live on a server that is not listed any more
            raise Unauthenticated("The token is unknown, was revoked or has expired.")
        return Caller(organization_id, row["product"], frozenset(row["scopes"]), row["id"], row["name"])

    def _remember(self, hashed: bytes, caller: Caller) -> None:
        if len(self._known) >= CACHE_MAX:
            self._known.clear()
        self._known[hashed] = (monotonic() + self._cache_seconds, caller)
