"""A browser without a screen: cookies, forms and HTML through the server's front door."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest

from almoner.cli.console import sign_in_link
from tests.support.house import House, Tenant

BASE = "http://almoner.test"


@dataclass
class Visit:
    """One browser: it keeps cookies and follows nothing."""

    house: House
    client: httpx.AsyncClient

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Open an address."""
        return await self.client.get(path, **options)

    async def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        """Send a form."""
        return await self.client.post(path, data=data, **options)

    async def link(self, tenant: Tenant | None = None) -> str:
        """The token of a fresh sign-in link."""
        app, organization_id = self.house.app, (tenant or self.house.tenant).id
        url = await sign_in_link(app.db, organization_id, app.settings, BASE, app.clock.now())
        return url.partition("token=")[2]

    async def sign_in(self, tenant: Tenant | None = None) -> str:
        """Use a fresh link; answers with the form token of the first page."""
        answer = await self.post("/console/sign-in", {"token": await self.link(tenant)})
        assert answer.status_code == 303, answer.text
        found = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', (await self.get("/console/")).text)
        assert found is not None
        return found[1]


def visit(house: House) -> Visit:
    """A browser that has no cookie yet."""
    transport = httpx.ASGITransport(app=cast("Any", house.app.asgi), raise_app_exceptions=False)
    headers = {"Accept": "text/html,*/*"}
    return Visit(house, httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers))


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Visit]:
    """A browser."""
    opened = visit(house)
    async with opened.client:
        yield opened
