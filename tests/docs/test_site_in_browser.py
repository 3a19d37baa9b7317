"""The site in Debian's chromium, under its policy: quiet, searchable, without a finding of axe, on a phone and on a desk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser

from docsite.serve import site_server
from tests.browser.test_accessibility import RULES, WIDTHS

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PAGES = ("docs/tutorials/first-integration.html", "docs/reference/settings.html")


@pytest.fixture
def address(site: tuple[Path, str]) -> Iterator[str]:
    """Where the site is served."""
    with site_server(site[0], 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("width", WIDTHS)
async def test_pages_are_quiet_and_axe_finds_nothing(address: str, browser: Browser, width: int) -> None:
    page = await browser.new_page(viewport={"width": width, "height": 900})
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda asked: None if asked.url.startswith(address) else found.append(asked.url))
    for name in PAGES:
        await page.goto(address + name)
        broken = (await Axe().run(page, options=RULES)).response["violations"]
        found += [f"{name}: {one['id']}: {[node['target'] for node in one['nodes']]}" for one in broken]
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name}: is wider than the window")
    assert not found, "\n".join(found)


async def test_the_search_finds_a_page(address: str, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{address}search.html?q=campaign_sync_off")
    await page.locator("ul.search li a", has_text="Sync states").first.wait_for(timeout=20_000)
