"""A whole Almoner in one process, driven through HTTP, with a clock that can be moved."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast
from weakref import WeakKeyDictionary

import httpx

from almoner.app.application import Application, build_application
from almoner.kernel.clock import Clock
from almoner.platform.database import Database, Server
from almoner.platform.settings import Settings
from almoner.platform.vault import new_key
from almoner.sync.worker import SyncWorker
from almoner.tenants.service import NewOrganization, create_organization
from tests.support.documented import Documents

SETTLE_SECONDS = 20.0
SETTLE_ROUNDS = 50
QUICK: dict[str, Any] = {
    "sync_poll_seconds": 0.05,
    "sync_mend_seconds": 0.05,
    "sync_trouble_seconds": 0.01,
    "token_cache_seconds": 0.0,
    "requests_per_hour": 1_000_000,
    "receipt_workers": 0,
    "secrets_key": new_key(),
}
"""No test waits for what users would hardly notice."""


@dataclass
class Api:
    """One product's API as one organization's caller: JSON in, JSON out."""

    client: httpx.AsyncClient

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The raw answer."""
        return await self.client.request(method, path, **options)

    async def get(self, path: str, **params: Any) -> Any:
        """The body of a GET that must succeed."""
        return _body(await self.client.get(path, params=params))

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """The body of a POST that must succeed."""
        return _body(await self.client.post(path, json=body, **options))

    async def put(self, path: str, body: Any = None, **params: Any) -> Any:
        """The body of a PUT that must succeed."""
        return _body(await self.client.put(path, json=body, params=params))


class Hand(SyncWorker):
    """A sync worker that works when told to; it mends for those organizations alone that are named, unless none is."""

    own: Set[int] = frozenset()

    async def _mend_organization(self, organization_id: int) -> int:
        if self.own and organization_id not in self.own:
            return 0
        return await super()._mend_organization(organization_id)


@dataclass
class Sync:
    """A sync worker of each server that works when told to; beside them, workers that run by themselves, or none."""

    hand: Hand
    is_free: bool
    further_hands: list[Hand] = field(default_factory=list)
    own: set[int] = field(default_factory=set)
    """The organizations of this test: what waits of thousands that tests left behind would be looked at each time."""

    async def settle(self) -> None:
        """Read the log to its end, try what is due and mend what can be, until nothing moves any more."""
        if self.is_free:
            return
        for hand in (self.hand, *self.further_hands):
            hand.own = self.own
            await _settled(hand)


async def _settled(hand: Hand) -> None:
    for _ in range(SETTLE_ROUNDS):
        if not await hand.drain_once() + await hand.retry_due() + await hand.mend():
            return
    raise AssertionError(f"the sync still moves after {SETTLE_ROUNDS} rounds")


async def new_hand(app: Application, server: int = 0) -> Hand:
    """A worker of `app` that works when told to, on the server of that number."""
    station = app.stations[server]
    made = Hand(station.server, station.wake, app.clock, app.settings)
    await made._register()
    return made


@dataclass
class Tenant:
    """One organization with a client for each product."""

    organization: NewOrganization
    raise_: Api
    crm: Api
    sync: Sync
    db: Database

    @property
    def id(self) -> int:
        """The organization's id."""
        return self.organization.organization_id

    async def give(self, amount: object = 50, email: str | None = "ada@example.org", **more: Any) -> Any:
        """Give, and answer with the gift."""
        return await self.raise_.post("/raise/api/Raise/give", give_body(amount, email, **more))

    async def settled(self, entity: str, record_id: int) -> Any:
        """The sync state of a record once it is no longer queued."""
        return await self.reached(entity, record_id, lambda state: state["reason"] != "queued")

    async def reached(self, entity: str, record_id: int, is_it: Callable[[Any], bool]) -> Any:
        """The sync state of a record once `is_it` says so: by steps, or in time where workers run by themselves."""
        await self.sync.settle()
        deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while not is_it(state := await self.raise_.get(f"/raise/api/Sync/{entity}/{record_id}")):
            assert self.sync.is_free, f"{entity} {record_id} is settled as {state}"
            assert asyncio.get_running_loop().time() < deadline, f"{entity} {record_id} stays {state}"
            await asyncio.sleep(0.02)
        return state


@dataclass
class House:
    """The running application and an organization in it."""

    app: Application
    tenant: Tenant
    sync: Sync
    places: Iterator[Server | None] = field(default_factory=lambda: itertools.repeat(None))

    async def another_tenant(self, name: str = "Another organization", **options: Any) -> Tenant:
        """A further organization; where there are several servers, on the next of them unless `server` names one."""
        return await _tenant(self.app, self.sync, name, **{"server": next(self.places), **options})

    async def with_new_tenant(self) -> House:
        """The same house for another test: nothing in it is known to any test before."""
        sync = replace(self.sync, own=set())
        tenant = await _tenant(self.app, sync, "Example House", server=next(self.places))
        return House(self.app, tenant, sync, self.places)

    async def settle(self) -> None:
        """Return when the sync has done all that it can do by now."""
        await self.sync.settle()


def give_body(amount: object = 50, email: str | None = "ada@example.org", **more: Any) -> dict[str, Any]:
    """A valid body of give; `more` adds or replaces fields, `donor` fields are merged."""
    donor = {"email": email, "firstName": "Ada", "lastName": "Example", **more.pop("donor", {})}
    return {"amount": amount, "paymentMethodId": "tok_visa", "paymentMethodType": 0, "donor": donor, **more}


@asynccontextmanager
async def open_house(dsn: str, *, clock: Clock | None = None, **settings: Any) -> AsyncIterator[House]:
    """Start an application on the migrated database at `dsn`, and on those of `further_servers`, with one organization."""
    app = await build_application(
        Settings(**{**QUICK, **settings}),
        dsn,
        public_url="http://almoner.test",
        clock=clock,
    )
    await app.start()
    try:
        further = [await new_hand(app, number) for number in range(1, len(app.stations))]
        yield await house_of(app, further)
    finally:
        await app.stop()


async def house_of(app: Application, further_hands: Sequence[Hand] = ()) -> House:
    """A running application as a house, with one organization on its first server."""
    sync = Sync(await new_hand(app), bool(app.workers), list(further_hands))
    places = itertools.cycle(app.db.servers)
    return House(app, await _tenant(app, sync, "Example House", server=next(places)), sync, places)


async def _tenant(app: Application, sync: Sync, name: str, **options: Any) -> Tenant:
    organization = await create_organization(app.db, name, now=app.clock.now(), **options)
    sync.own.add(organization.organization_id)
    return Tenant(
        organization, _api(app, organization.raise_token), _api(app, organization.crm_token), sync, app.db
    )


def _api(app: Application, token: str) -> Api:
    transport = httpx.ASGITransport(app=cast("Any", app.asgi), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    bare = httpx.AsyncClient(transport=transport, base_url="http://almoner.test")
    documents = _documents.setdefault(app.asgi, Documents(bare.get))
    hooks = {"response": [documents.hold]}
    return Api(
        httpx.AsyncClient(
            transport=transport, base_url="http://almoner.test", headers=headers, event_hooks=hooks
        )
    )


_documents: WeakKeyDictionary[Any, Documents] = WeakKeyDictionary()


def _body(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()
