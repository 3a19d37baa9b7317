"""A real server in the test process and Debian's chromium in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright

from almoner.cli.console import sign_in_link
from tests.support.house import House
from tests.support.site import served

CHROMIUM = Path("/usr/bin/chromium")
HAS_CHROMIUM = CHROMIUM.exists()
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@dataclass
class Site:
    """The server's address and the house behind it."""

    url: str
    house: House

    async def link(self) -> str:
        """A fresh sign-in link of the first organization."""
        app = self.house.app
        return await sign_in_link(app.db, self.house.tenant.id, app.settings, self.url, app.clock.now())


@dataclass
class Watched:
    """A browser page, with all that it said and asked for. A test ends with `assert_quiet`."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    policies: list[str | None] = field(default_factory=list)

    async def sign_in(self) -> None:
        """Come in by a link."""
        await self.page.goto(await self.site.link())
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.wait_for_url("**/console/")

    def assert_quiet(self) -> None:
        """No error, no violation of the policy (chromium reports those as errors), no other host, policy on each page."""
        assert self.complaints == []
        assert self.hosts <= {urlsplit(self.site.url).netloc}
        assert self.policies
        assert all(policy and "default-src 'none'" in policy for policy in self.policies)


@pytest.fixture
async def site(own_house: House) -> AsyncIterator[Site]:
    """A web server on a free port."""
    async with served(own_house) as url:
        yield Site(url, own_house)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium; the test is skipped where there is none."""
    if not HAS_CHROMIUM:
        pytest.skip(f"no chromium at {CHROMIUM}: pages were not tried in a browser")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield chromium
        await chromium.close()


@pytest.fixture
async def watched(site: Site, browser: Browser) -> Watched:
    """A page that is listened to."""
    page = await (await browser.new_context()).new_page()
    watched = Watched(page, site)
    page.set_default_timeout(20_000)
    page.on(
        "console", lambda m: watched.complaints.append(m.text) if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda request: watched.hosts.add(urlsplit(request.url).netloc))
    page.on(
        "response",
        lambda answer: (
            watched.policies.append(answer.headers.get("content-security-policy"))
            if answer.request.resource_type == "document"
            else None
        ),
    )
    return watched
