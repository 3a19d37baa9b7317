"""What the documents' pictures show can be seen in the console; `ALMONER_DOCUMENTS=write` takes the pictures anew."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import Watched
from tests.integration.sync.reasons import NOWHERE, campaign, giving_project, reached, toggle
from tests.support.house import Tenant

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WRITES = os.environ.get("ALMONER_DOCUMENTS") == "write"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the page it is of, how wide, and words that stand on it."""

    name: str
    address: str
    words: str
    is_wide: bool = True


async def furnished(tenant: Tenant) -> list[Picture]:
    """A house with gifts in each state, two of which need the same thing; what is pictured of it."""
    bo = await tenant.give(5, "bo@example.org", donor={"firstName": "Bo", "lastName": "Moss"})
    await reached(tenant, "gift", bo["id"], None)
    lost = [await tenant.give(amount, "lost@example.org", donor={"crmKey": NOWHERE}) for amount in (25, 60)]
    await giving_project(tenant, "ROOF")
    fern = await tenant.give(
        120, "ed@example.org", donor={"firstName": "Ed", "lastName": "Fern"}, projects=[{"code": "ROOF"}]
    )
    await tenant.give(30, "di@example.org", isTestMode=True)
    spring = await campaign(tenant)
    await toggle(tenant, spring)
    held = await tenant.give(30, "ada@example.org", campaignId=spring)
    for amount, first, last in ((75, "Cy", "Reed"), (95, "Di", "Birch"), (115, "Flo", "Hart")):
        gift = await tenant.give(
            amount, f"{first}@example.org".lower(), donor={"firstName": first, "lastName": last}
        )
        await reached(tenant, "gift", gift["id"], None)
    await reached(tenant, "donor", lost[0]["donorId"], "contact_not_found")
    await reached(tenant, "gift", fern["id"], "project_unknown")
    await tenant.settled("gift", held["id"])
    contact = await tenant.crm.get("/crm/api/Contact/Find", email="bo@example.org")
    beside = f"/console/donors/{lost[0]['donorId']}/contact?crmKey={contact['id']}"
    return [
        *(Picture(f"home-{wide}", "/console/", "3 gifts need you", wide == 1280) for wide in (1280, 390)),
        *(
            Picture(f"needs-{wide}", "/console/needs-you", "Make project ROOF in the CRM", wide == 1280)
            for wide in (1280, 390)
        ),
        *(
            Picture(f"gift-{wide}", f"/console/gifts/{fern['id']}", "Project not in the CRM", wide == 1280)
            for wide in (1280, 390)
        ),
        Picture("link-1280", beside, "are one and the same"),
    ]


async def test_the_pages_of_the_pictures_show_what_is_said_of_them(watched: Watched) -> None:
    pictures = await furnished(watched.site.house.tenant)
    assert {f"{one.name}.png" for one in pictures} == {file.name for file in PICTURES.glob("*.png")}
    await watched.sign_in()
    for one in pictures:
        await watched.page.set_viewport_size(WIDE if one.is_wide else NARROW)  # type: ignore[arg-type]
        await watched.page.goto(watched.site.url + one.address)
        await watched.page.get_by_text(one.words).first.wait_for()
        if WRITES:
            await watched.page.screenshot(path=PICTURES / f"{one.name}.png", full_page=True)
    watched.assert_quiet()
