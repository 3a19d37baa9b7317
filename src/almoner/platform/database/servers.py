"""All servers as one: an organization is reached through its home, which the directory names.

The directory stands on the first server. It gives out the ids of organizations, so that no two servers give out the same,
and names the home of each that lives elsewhere. With one server nobody asks it. Why: docs/decisions/0015-servers.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from almoner.kernel.errors import Unavailable
from almoner.platform.database.connection import DATABASE_SECONDS, LISTS_MAX, Server, Tx, open_server
from almoner.platform.database.queries import load_queries
from almoner.platform.database.trouble import AWAY
from almoner.platform.organizations.rules import Organization

_queries = load_queries(__file__)

LOOK_UP_SECONDS = 5.0
"""How long the directory is waited for before the other servers are asked instead."""


class Database:
    """One server or several. Whatever is done for an organization is done on its home.

    A home that was found is remembered for as long as the process lives: organizations do not move under running ones.
    """

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = tuple(servers)
        self._by_name = {server.name: server for server in servers}
        self._homes: dict[int, Server] = {}

    @property
    def first(self) -> Server:
        """The server that holds the directory."""
        return self.servers[0]

    def server(self, name: str) -> Server:
        """The server of this name; `Unavailable` when this process was told of none, though the directory was."""
        try:
            return self._by_name[name]
        except KeyError:
            text = "The server that keeps this organization is none of those this process knows. Whoever runs it must name it in the setting further_servers."
            raise Unavailable(text) from None

    async def home(self, organization_id: int) -> Server:
        """The server an organization lives on; the first one for an id that names nothing.

        Asks the directory once for each organization, and nobody where there is one server. When the directory is away
        the other servers are asked, and its own error is raised when the organization is on none of them.
        """
        if len(self.servers) == 1:
            return self.servers[0]
        if (known := self._homes.get(organization_id)) is not None:
            return known
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self.look_up(organization_id)
        except AWAY:
            found = await self._ask_the_others(organization_id)
            if found is None:
                raise
            return found

    @asynccontextmanager
    async def tenant(self, organization_id: int, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        """A transaction for one organization, on its home; see `Server.tenant`."""
        home = await self.home(organization_id)
        async with home.tenant(organization_id, snapshot=snapshot) as tx:
            yield tx

    @asynccontextmanager
    async def requested(
        self,
        organization_id: int,
        *,
        snapshot: bool = False,
        lock_seconds: float | None = None,
        actor: str = "",
    ) -> AsyncIterator[Tx]:
        """A transaction for one organization, on its home, for a request from outside; see `Server.requested`."""
        home = await self.home(organization_id)
        opened = home.requested(organization_id, snapshot=snapshot, lock_seconds=lock_seconds, actor=actor)
        async with opened as tx:
            yield tx

    @asynccontextmanager
    async def listing(self, organization_id: int) -> AsyncIterator[Tx]:
        """A transaction for one organization, on its home, to read a list in; see `Server.listing`."""
        home = await self.home(organization_id)
        async with home.listing(organization_id) as tx:
            yield tx

    async def organization(self, organization_id: int) -> Organization:
        """The organization with this id; `NotFound` when there is none."""
        return await (await self.home(organization_id)).organization(organization_id)

    def drop(self) -> None:
        """Drop all connections as they are: whoever waits for an answer gets an error at once."""
        for server in self.servers:
            server.pool.terminate()

    async def close(self) -> None:
        """Close all connections, waiting for those in use."""
        await asyncio.gather(*(server.close() for server in self.servers))

    async def look_up(self, organization_id: int) -> Server:
        """The home that the directory names, asked anew; `Unavailable` when this process was not told of it.

        Also for when nothing of an organization is found where it should be: with one server nobody has asked before.
        """
        async with self.first.tenant(organization_id) as tx:
            name = await _queries.home_name(tx)
        if name is None and tx.known is None:
            return self.first  # of an organization that is none; it may be made yet, so nothing is remembered
        return self._remember(organization_id, self.server(name or ""))

    async def _ask_the_others(self, organization_id: int) -> Server | None:
        for server in self.servers[1:]:
            try:
                async with asyncio.timeout(LOOK_UP_SECONDS), server.tenant(organization_id) as tx:
                    if tx.known is not None:
                        return self._remember(organization_id, server)
            except AWAY:
                continue
        return None

    def _remember(self, organization_id: int, home: Server) -> Server:
        self._homes[organization_id] = home
        return home


async def open_database(
    dsn: str,
    *,
    further: Mapping[str, str] | None = None,
    pool_size: int = 12,
    application: str = "almoner",
    cache_seconds: float = 0.0,
    wait_seconds: float = DATABASE_SECONDS,
    lists_max: int = LISTS_MAX,
) -> Database:
    """Connect to `dsn`, the first server, and be ready to connect to `further` ones, addresses by name.

    Each has a pool of its own of at most `pool_size` connections. Raises asyncpg's and the system's connection errors as
    they are when the first does not answer; a further one may be away, and is reached once it is back.
    """
    addresses = {"": dsn, **(further or {})}
    return Database(
        [
            await open_server(
                address,
                name=name,
                pool_size=pool_size,
                application=application,
                cache_seconds=cache_seconds,
                wait_seconds=wait_seconds,
                lists_max=lists_max,
                at_once=not name,
            )
            for name, address in addresses.items()
        ]
    )
