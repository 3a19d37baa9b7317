"""Organizations and their keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from almoner.kernel.clock import ManualClock
from almoner.kernel.errors import Invalid, NotFound, Unauthenticated
from almoner.platform.database import Database, open_database
from almoner.platform.organizations.service import (
    Authenticator,
    create_key,
    extend_key,
    list_keys,
    list_organizations,
    new_organization,
    revoke_key,
)
from almoner.tenants.service import create_organization

pytestmark = pytest.mark.anyio

NOW = datetime(2024, 11, 1, tzinfo=UTC)


async def test_an_organization_is_made_ready_in_both_products(db: Database) -> None:
    made = await create_organization(db, "  River House ", now=NOW, currency="eur", time_zone="Europe/Berlin")
    assert made.name == "River House"
    assert made.raise_token.startswith(f"rse_{made.organization_id}_")
    assert made.crm_token.startswith(f"crm_{made.organization_id}_")
    async with db.tenant(made.organization_id) as tx:
        stored = tx.organization
        projects = [
            await tx.conn.fetchval(f"SELECT count(*) FROM {name}.project") for name in ("giving", "crm")
        ]
    assert (stored.currency, stored.time_zone) == ("EUR", "Europe/Berlin")
    assert projects == [2, 2], "the default one, and the one for the costs that donors cover"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"currency": "XXZ"}, "currency"),
        ({"time_zone": "Mars/Olympus"}, "timeZone"),
        ({"time_zone": "../../etc/passwd"}, "timeZone"),
        ({"time_zone": ""}, "timeZone"),
        ({"integration": "other"}, "integration"),
    ],
)
async def test_a_bad_organization_is_refused(db: Database, change: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await create_organization(db, **{"name": "House", "now": NOW, **change})  # type: ignore[arg-type]
    assert [broken.field for broken in refused.value.fields] == [field]
    assert await list_organizations(db) == []


async def test_an_organization_whose_making_fails_is_not_there(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with new_organization(db, "House"):
            raise RuntimeError
    assert await list_organizations(db) == []


async def test_organizations_are_listed_oldest_first(db: Database) -> None:
    for name in ("First", "Second"):
        await create_organization(db, name, now=NOW)
    assert [one.name for one in await list_organizations(db)] == ["First", "Second"]


async def test_only_the_hash_of_a_token_is_kept(db: Database) -> None:
    made = await create_organization(db, "House", now=NOW)
    async with db.tenant(made.organization_id) as tx:
        rows = await tx.conn.fetch("SELECT t::text AS row FROM platform.api_key t")
    secret = made.raise_token.split("_", 2)[2]
    assert len(rows) == 2
    assert not [row for row in rows if secret in row["row"]]


async def test_a_token_tells_organization_product_and_scopes(db: Database) -> None:
    made = await create_organization(db, "House", now=NOW)
    async with db.tenant(made.organization_id) as tx:
        token = await create_key(tx, "crm", "reports", ["gift:read"])
    caller = await Authenticator(db, 0)(db, token, "crm")
    assert (caller.organization_id, caller.product, caller.scopes) == (
        made.organization_id,
        "crm",
        frozenset({"gift:read"}),
    )


async def test_a_token_of_the_other_product_is_refused(db: Database) -> None:
    made, authenticate = await create_organization(db, "House", now=NOW), Authenticator(db, 60)
    for _ in range(2):
        with pytest.raises(Unauthenticated, match="for the raise API"):
            await authenticate(db, made.raise_token, "crm")


async def test_a_revoked_token_is_refused_at_once_without_a_cache(db: Database) -> None:
    made, authenticate = await create_organization(db, "House", now=NOW), Authenticator(db, 0)
    caller = await authenticate(db, made.raise_token, "raise")
    async with db.tenant(made.organization_id) as tx:
        await revoke_key(tx, caller.key_id, NOW)
    with pytest.raises(Unauthenticated):
        await authenticate(db, made.raise_token, "raise")


async def test_a_good_answer_is_remembered_and_a_bad_one_is_not(db: Database) -> None:
    made, authenticate = await create_organization(db, "House", now=NOW), Authenticator(db, 60)
    with pytest.raises(Unauthenticated):
        await authenticate(db, made.raise_token + "x", "raise")
    caller = await authenticate(db, made.raise_token, "raise")
    async with db.tenant(made.organization_id) as tx:
        await revoke_key(tx, caller.key_id, NOW)
    assert await authenticate(db, made.raise_token, "raise") == caller


async def test_a_key_of_another_organization_cannot_be_revoked(db: Database) -> None:
    made, other = [await create_organization(db, name, now=NOW) for name in ("House", "Other")]
    caller = await Authenticator(db, 0)(db, made.raise_token, "raise")
    async with db.tenant(other.organization_id) as tx:
        with pytest.raises(NotFound):
            await revoke_key(tx, caller.key_id, NOW)


async def test_an_organization_that_is_none_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        await db.organization(999)


async def test_an_organization_is_remembered_for_a_while(dsn: str) -> None:
    remembering = await open_database(dsn, cache_seconds=60)
    made = await create_organization(remembering, "House", now=NOW)
    first = await remembering.organization(made.organization_id)
    async with remembering.tenant(made.organization_id) as tx:
        assert tx.organization is first
    await remembering.close()


async def test_a_key_with_an_end_is_good_until_then_and_can_be_put_off(db: Database) -> None:
    made = await create_organization(db, "House", now=NOW)
    clock = ManualClock(NOW)
    async with db.tenant(made.organization_id) as tx:
        token = await create_key(tx, "raise", "for an hour", expires_at=NOW + timedelta(hours=1))
    authenticate = Authenticator(db, 0.0, clock)
    key_id = (await authenticate(None, token, "raise")).key_id
    clock.advance(timedelta(minutes=61))
    with pytest.raises(Unauthenticated, match="has expired"):
        await authenticate(None, token, "raise")
    async with db.tenant(made.organization_id) as tx:
        await extend_key(tx, key_id, clock.now() + timedelta(hours=1))
    assert (await authenticate(None, token, "raise")).key_id == key_id


async def test_a_key_without_an_end_gets_none(db: Database) -> None:
    made = await create_organization(db, "House", now=NOW)
    async with db.tenant(made.organization_id) as tx:
        await extend_key(tx, 1, NOW)
        assert [key.expires_at for key in await list_keys(tx)] == [None, None]
