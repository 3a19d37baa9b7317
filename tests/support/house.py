"""A whole Almoner in one process, driven through HTTP, with a clock that can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx

from almoner.app.application import Application, build_application
from almoner.kernel.clock import Clock
from almoner.platform.settings import Settings
from almoner.tenants.service import NewOrganization, create_organization

SETTLE_SECONDS = 20.0
QUICK: dict[str, Any] = {
    "sync_poll_seconds": 0.05,
    "sync_mend_seconds": 0.05,
    "sync_trouble_seconds": 0.01,
    "token_cache_seconds": 0.0,
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


@dataclass
class Tenant:
    """One organization with a client for each product."""

    organization: NewOrganization
    raise_: Api
    crm: Api

    @property
    def id(self) -> int:
        """The organization's id."""
        return self.organization.organization_id

    async def give(self, amount: object = 50, email: str | None = "ada@example.org", **more: Any) -> Any:
        """Give, and answer with the gift."""
        return await self.raise_.post("/raise/api/Raise/give", give_body(amount, email, **more))

    async def settled(self, entity: str, record_id: int) -> Any:
        """The sync state of a record once it is no longer queued."""
        for _ in range(int(SETTLE_SECONDS / 0.02)):
            state = await self.raise_.get(f"/raise/api/Sync/{entity}/{record_id}")
            if state["reason"] != "queued":
                return state
            await asyncio.sleep(0.02)
        raise AssertionError(f"{entity} {record_id} is still queued after {SETTLE_SECONDS} s")


@dataclass
class House:
    """The running application and its first organization."""

    app: Application
    tenant: Tenant

    async def another_tenant(self, name: str = "Another organization", **options: Any) -> Tenant:
        """A further organization on the same server."""
        return await _tenant(self.app, name, **options)


def give_body(amount: object = 50, email: str | None = "ada@example.org", **more: Any) -> dict[str, Any]:
    """A valid body of give; `more` adds or replaces fields, `donor` fields are merged."""
    donor = {"email": email, "firstName": "Ada", "lastName": "Example", **more.pop("donor", {})}
    return {"amount": amount, "paymentMethodId": "tok_visa", "paymentMethodType": 0, "donor": donor, **more}


@asynccontextmanager
async def open_house(dsn: str, *, clock: Clock | None = None, **settings: Any) -> AsyncIterator[House]:
    """Start an application on the migrated database at `dsn`, with one organization."""
    app = await build_application(
        Settings(**{**QUICK, **settings}),
        dsn,
        public_url="http://almoner.test",
        clock=clock,
    )
    await app.start()
    try:
        yield House(app, await _tenant(app, "Example House"))
    finally:
        await app.stop()


async def _tenant(app: Application, name: str, **options: Any) -> Tenant:
    organization = await create_organization(app.db, name, now=app.clock.now(), **options)
    return Tenant(organization, _api(app, organization.raise_token), _api(app, organization.crm_token))


def _api(app: Application, token: str) -> Api:
    transport = httpx.ASGITransport(app=cast("Any", app.asgi), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    return Api(httpx.AsyncClient(transport=transport, base_url="http://almoner.test", headers=headers))


def _body(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()
