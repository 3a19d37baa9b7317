"""Make a sign-in link, exchange it for a session, tell whom a session belongs to, end it.

Tokens name their organization, as API keys do; the database keeps only their hashes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from almoner.kernel.errors import Unauthenticated
from almoner.kernel.ids import new_secret, secret_hash, secret_organization
from almoner.platform.database import Database, Tx, load_queries
from almoner.platform.organizations.rules import Organization

_queries = load_queries(__file__)

PREFIXES = {"link": "lnk", "session": "ses"}


async def new_link(tx: Tx, now: datetime, life: timedelta) -> str:
    """The token of a link that signs one browser in, once, within `life`. `NotFound` without the organization."""
    _ = tx.organization  # raises without one
    return await _add(tx, "link", now, life)


async def sign_in(db: Database, link: str, now: datetime, life: timedelta) -> str:
    """Use a link up and answer with the token of a session that lasts `life`.

    `Unauthenticated` when the link was used before, is too old or was never ours.
    """
    organization_id = secret_organization(link)
    if organization_id is not None:
        async with db.tenant(organization_id) as tx:
            if await _queries.use_link(tx, hash=secret_hash(link), now=now):
                return await _add(tx, "session", now, life)
    raise Unauthenticated("This sign-in link was used before, has expired or is incomplete.")


async def organization_of(db: Database, token: str, now: datetime) -> Organization | None:
    """The organization an open session belongs to, or None when there is no such session."""
    organization_id = secret_organization(token)
    if organization_id is None:
        return None
    async with db.tenant(organization_id) as tx:
        is_open = await _queries.is_open(tx, hash=secret_hash(token), now=now)
        return tx.organization if is_open else None


async def sign_out(tx: Tx, token: str) -> None:
    """End a session; harmless when it ended before."""
    await _queries.close(tx, hash=secret_hash(token))


async def _add(tx: Tx, kind: str, now: datetime, life: timedelta) -> str:
    token = new_secret(PREFIXES[kind], tx.organization_id)
    await _queries.forget_expired(tx, now=now)
    await _queries.add(
        tx,
        hash=secret_hash(token),
        kind=kind,
        expires_at=now + life,
    )
    return token
