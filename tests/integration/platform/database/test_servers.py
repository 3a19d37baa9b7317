"""Several servers as one database: who lives where, what the directory gives out, and what happens when it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import pytest

from almoner.kernel.errors import NotFound, Unauthenticated, Unavailable
from almoner.kernel.ids import new_secret
from almoner.platform.database import Database, Server, open_database, open_server
from almoner.platform.organizations.service import (
    Authenticator,
    list_organizations,
    misplaced,
    new_organization,
    organizations_on,
)
from almoner.tenants.service import create_organization
from tests.conftest import SECOND_SERVER_DSN, fresh_database

pytestmark = pytest.mark.anyio

NOW = datetime(2024, 11, 1, tzinfo=UTC)
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture(scope="module")
def dsns() -> Iterator[tuple[str, str]]:
    """The addresses (as owner) of two databases of these tests, on one server each."""
    with fresh_database("first") as first, fresh_database("second", SECOND_SERVER_DSN) as second:
        yield first, second


@pytest.fixture
async def two(dsns: tuple[str, str]) -> AsyncIterator[Database]:
    """Two servers, of which the first holds the directory."""
    opened = await open_database(dsns[0], further={"second": dsns[1]})
    yield opened
    await opened.close()


def nobody_to_ask() -> Any:
    """A pool that must not be touched."""
    return cast("Any", None)


async def test_with_one_server_nobody_is_asked_for_a_home() -> None:
    only = Server(nobody_to_ask(), NOWHERE)
    assert await Database([only]).home(7) is only


async def test_an_organization_is_reached_through_its_home_and_stands_nowhere_else(two: Database) -> None:
    for server in two.servers:
        made = await create_organization(two, f"Of {server.name}", now=NOW, server=server)
        assert await two.home(made.organization_id) is server
        assert (await two.organization(made.organization_id)).name == made.name
        async with two.tenant(made.organization_id) as tx:
            assert tx.organization.name == made.name
            assert await tx.conn.fetchval("SELECT count(*) FROM giving.project WHERE is_default") == 1
        there = [one.organization_id for other in two.servers for one in await organizations_on(other)]
        assert there.count(made.organization_id) == 1


async def test_no_two_organizations_of_any_servers_have_one_id(two: Database) -> None:
    """Made at the same time, in pairs; and they are listed over all servers, the oldest first."""
    made = await asyncio.gather(
        *(
            create_organization(two, f"{n}", now=NOW, server=server)
            for n in range(20)
            for server in two.servers
        )
    )
    ids = [one.organization_id for one in await list_organizations(two)]
    assert len({one.organization_id for one in made}) == 40
    assert {one.organization_id for one in made} <= set(ids)
    assert ids == sorted(set(ids))


async def test_a_home_is_looked_up_once(two: Database) -> None:
    made = await create_organization(two, "House", now=NOW, server=two.servers[1])
    await two.home(made.organization_id)
    await two.first.close()
    assert await two.home(made.organization_id) is two.servers[1]


async def test_a_crash_between_directory_and_home_leaves_a_number_and_no_trouble(two: Database) -> None:
    async with two.first.system() as conn:
        lost = await conn.fetchval("SELECT platform_code.new_organization_id('second')")
    with pytest.raises(NotFound):
        await two.organization(lost)
    with pytest.raises(Unauthenticated):
        await Authenticator(two, 0)(None, new_secret("rse", lost), "raise")
    assert lost not in {one.organization_id for one in await list_organizations(two)}
    made = [await create_organization(two, "House", now=NOW, server=server) for server in two.servers]
    assert lost not in {one.organization_id for one in made}
    assert [await misplaced(two, server) for server in two.servers] == [[], []]


async def test_an_organization_whose_making_fails_is_on_no_server(two: Database) -> None:
    before = await list_organizations(two)
    for server in two.servers:
        with pytest.raises(RuntimeError):
            async with new_organization(two, "House", server=server):
                raise RuntimeError
    assert await list_organizations(two) == before


async def test_what_a_program_of_before_made_lives_on_the_first_server(
    two: Database, dsns: tuple[str, str]
) -> None:
    owner = await asyncpg.connect(dsns[0])
    old = await owner.fetchval("SELECT platform.create_organization('Old House', 'USD', 'UTC', 'crm')")
    await owner.close()
    new = await create_organization(two, "New House", now=NOW, server=two.servers[1])
    assert old != new.organization_id
    assert await two.home(old) is two.first
    assert [one.name for one in await list_organizations(two)][-2:] == ["Old House", "New House"]


async def test_what_names_no_organization_is_remembered_by_nobody(two: Database) -> None:
    coming = 1 + (await create_organization(two, "House", now=NOW)).organization_id
    assert await two.home(coming) is two.first
    made = await create_organization(two, "Next house", now=NOW, server=two.servers[1])
    assert made.organization_id == coming
    assert await two.home(coming) is two.servers[1]


async def test_while_the_directory_is_away_the_others_tell_who_lives_there(
    two: Database, dsns: tuple[str, str]
) -> None:
    here = await create_organization(two, "Here", now=NOW)
    there = await create_organization(two, "There", now=NOW, server=two.servers[1])
    away = await open_server(NOWHERE, at_once=False)
    second = await open_server(dsns[1], name="second")
    cold = Database([away, second])
    assert await cold.home(there.organization_id) is second
    with pytest.raises(ConnectionRefusedError):
        await cold.home(here.organization_id)
    await cold.close()


async def test_a_home_that_this_process_was_not_told_of_is_unavailable(two: Database) -> None:
    there = await create_organization(two, "There", now=NOW, server=two.servers[1])
    third = await open_server(NOWHERE, name="third", at_once=False)
    other = Database([two.first, third])
    with pytest.raises(Unavailable):
        await other.home(there.organization_id)
    await third.close()


async def test_a_server_that_had_organizations_of_its_own_is_found_out(
    two: Database, dsns: tuple[str, str]
) -> None:
    alone = await open_database(dsns[1])
    async with alone.first.system() as conn:  # its numbers go on where no other test has been
        await conn.execute("SELECT platform_code.new_organization_id('') FROM generate_series(1, 1000)")
    made = await create_organization(alone, "Alone", now=NOW)
    await alone.close()
    assert await misplaced(two, two.servers[1]) == [made.organization_id]


async def test_a_token_of_a_server_that_is_not_listed_any_more_is_no_unknown_one(
    two: Database, dsns: tuple[str, str]
) -> None:
    """Nor where one server is left, which asks nobody for a home: whoever holds it is told to wait, not that it is worth nothing."""
    there = await create_organization(two, "There", now=NOW, server=two.servers[1])
    alone = await open_database(dsns[0])
    with pytest.raises(Unavailable, match="further_servers"):
        await Authenticator(alone, 0)(None, there.raise_token, "raise")
    with pytest.raises(Unauthenticated):
        await Authenticator(alone, 0)(None, there.raise_token.replace("rse_", "rse_9"), "raise")
    await alone.close()
