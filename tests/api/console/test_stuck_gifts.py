"""A gift behind a donor who failed needs somebody: on the overview, in every list, on its page and in each figure alike."""

from __future__ import annotations

import html
import re

import pytest

from almoner.sync.rules import Reason, State
from almoner.sync.triage import service as triage
from tests.api.console.conftest import Visit
from tests.integration.sync.reasons import NOWHERE, giving_project, reached
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio


async def stuck_gift(tenant: Tenant) -> int:
    """A gift of 25 dollars of a donor whose contact is not there."""
    gift = await tenant.give(25, email="lost@example.org", donor={"crmKey": NOWHERE})
    await reached(tenant, "donor", gift["donorId"], "contact_not_found")
    await reached(tenant, "gift", gift["id"], "waiting_for_donor")
    return int(gift["id"])


def row_of(page: str, gift_id: int) -> str:
    """The line of a gift in a table."""
    found = re.search(rf'<tr id="gift-{gift_id}".*?</tr>', page, re.DOTALL)
    return html.unescape(found[0]) if found else ""


def tile(page: str, name: str) -> tuple[str, str]:
    """Sum and number that a tile of the overview tells."""
    term = re.search(
        rf'<dt>{name}</dt>\s*<dd class="sum"><a [^>]*>(.*?)</a></dd>\s*<dd class="count">(.*?)</dd>', page
    )
    assert term is not None
    return term[1], term[2]


async def test_it_needs_attention_wherever_it_is_told(browser: Visit) -> None:
    gift_id = await stuck_gift(browser.house.tenant)
    await browser.sign_in()
    for path in ("/console/", "/console/gifts", "/console/gifts?show=failed", "/console/gifts?q=lost@example.org&show=failed"):  # fmt: skip
        row = row_of((await browser.get(path)).text, gift_id)
        assert "Needs attention" in row and "Mend it" in row and "On its way" not in row, path
        assert "Contact not found" in row
        assert f"The CRM key {NOWHERE} that was given for the donor names no contact" in row
    for path in ("/console/gifts?show=pending", "/console/gifts?q=lost@example.org&show=pending"):
        assert row_of((await browser.get(path)).text, gift_id) == "", path
    page = (await browser.get(f"/console/gifts/{gift_id}")).text
    assert '<span class="badge failed">Needs attention</span>' in page
    assert f"/console/donors/{(await browser.house.tenant.raise_.get(f'/raise/api/Gift/{gift_id}'))['donorId']}/contact" in page  # fmt: skip


async def test_it_can_still_be_listed_by_the_reason_that_the_api_tells(browser: Visit) -> None:
    gift_id = await stuck_gift(browser.house.tenant)
    await browser.sign_in()
    page = (await browser.get("/console/gifts?show=waiting_for_donor")).text
    assert "Needs attention" in row_of(page, gift_id)


async def test_header_tile_and_list_are_one_number(browser: Visit) -> None:
    tenant = browser.house.tenant
    await stuck_gift(tenant)
    await tenant.give(5, email="lost@example.org")
    await giving_project(tenant, "ROOF")
    failed = await tenant.give(10, projects=[{"code": "ROOF"}])
    await reached(tenant, "gift", failed["id"], "project_unknown")
    await browser.sign_in()
    page = (await browser.get("/console/")).text
    assert ": 3 gifts need you</span>" in page and ">3 gifts need you</a>" in page
    assert tile(page, "Needs attention") == ("$40.00", "3 gifts")
    assert tile(page, "On its way") == ("$0.00", "0 gifts")
    assert "Both sides agree to the cent." in page
    listed = (await browser.get("/console/gifts?show=failed")).text
    assert "3 gifts. Newest first." in listed and listed.count("<tr id=") == 3
    waiting = (await browser.get("/console/gifts?show=pending")).text
    assert "No gift is on its way" in waiting and waiting.count("<tr id=") == 0
    causes = (await browser.get("/console/needs-you")).text
    assert sorted(re.findall(r">(\d+) gifts?<span", causes)) == ["1", "2"]


async def test_the_list_of_what_needs_somebody_leads_to_the_gifts_of_a_donor_who_failed(
    browser: Visit,
) -> None:
    gift_id = await stuck_gift(browser.house.tenant)
    await browser.sign_in()
    causes = (await browser.get("/console/needs-you")).text
    link = re.search(r'class="sum-line"><a href="([^"]+)"', causes)
    assert link is not None
    assert row_of((await browser.get(html.unescape(link[1]))).text, gift_id)


async def test_stuck_gifts_page_on_by_the_last_seen_among_those_that_failed(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "ROOF")
    made = []
    for n in range(6):
        more = {"projects": [{"code": "ROOF"}]} if n % 2 else {"donor": {"crmKey": NOWHERE}}
        made.append((await tenant.give(10, email=f"kim{n}@example.org", **more))["id"])
    await house.settle()
    seen: list[int] = []
    async with house.app.db.tenant(tenant.id) as tx:
        while page := await triage.gifts_in(tx, State.FAILED, seen[-1] if seen else 2**62, 2):
            seen += page
        standing = await triage.standing(tx)
        assert await triage.gifts_in(tx, State.PENDING, 2**62, 9) == []
        assert len(await triage.gifts_with(tx, [Reason.WAITING_FOR_DONOR], 2**62, 9)) == 3
    assert seen == sorted(made, reverse=True)
    assert standing.attention.gifts == 6


async def test_a_figure_that_is_cut_says_at_least(browser: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage, "STUCK_MAX", 1)
    await stuck_gift(browser.house.tenant)
    await browser.house.tenant.give(5, email="lost@example.org")
    await browser.house.settle()
    await browser.sign_in()
    page = (await browser.get("/console/")).text
    assert "at least 1 gift need" in page and "1+" in page
