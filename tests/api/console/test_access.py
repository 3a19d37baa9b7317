"""Signing in, staying in, and what is refused."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from almoner.kernel.clock import ManualClock
from tests.api.console.conftest import BASE, Visit, visit
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio

PAGES = [
    "/console/",
    "/console/gifts",
    "/console/gifts/1",
    "/console/gifts/1/state",
    "/console/gifts/1/refund",
    "/console/needs-you",
    "/console/needs-you/sign",
    "/console/arrivals",
    "/console/balance",
    "/console/campaigns",
    "/console/lag",
    "/console/contact/1",
]


async def _campaign(house: House) -> int:
    made = await house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring appeal", "startDate": "2025-01-01T00:00:00Z"}
    )
    return int(made["id"])


async def _can_sync(house: House, campaign_id: int) -> bool:
    return bool((await house.tenant.raise_.get(f"/raise/api/Campaign/{campaign_id}"))["canSync"])


async def test_a_link_works_once(browser: Visit) -> None:
    token = await browser.link()
    shown = await browser.get("/console/sign-in", params={"token": token})
    assert shown.status_code == 200 and "set-cookie" not in shown.headers
    first = await browser.post("/console/sign-in", {"token": token})
    assert first.status_code == 303 and first.headers["location"] == "/console/"
    again = await visit(browser.house).post("/console/sign-in", {"token": token})
    assert again.status_code == 401 and "almoner console link" in again.text
    assert "set-cookie" not in again.headers
    assert (await browser.get("/console/")).status_code == 200


async def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Visit) -> None:
    answer = await browser.post("/console/sign-in", {"token": await browser.link()})
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/console"} <= set(cookie.split("; "))
    assert "secure" not in cookie  # this server is not on https


@pytest.mark.parametrize(
    "token", ["", "lnk_1_x", "lnk_999999_x", "lnk_99999999999999999999_x", "x\x00", "ses_1_é"]
)
async def test_what_is_no_link_signs_nobody_in(browser: Visit, token: str) -> None:
    assert (await browser.post("/console/sign-in", {"token": token})).status_code == 401


async def test_links_and_sessions_are_different_things(browser: Visit) -> None:
    browser.client.cookies.set("almoner_session", await browser.link(), path="/console")
    assert (await browser.get("/console/")).status_code == 303


async def test_links_and_sessions_end_in_time(dsn: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with open_house(dsn, clock=clock) as house:
        browser = visit(house)
        old = await browser.link()
        clock.advance(timedelta(minutes=31))
        assert (await browser.post("/console/sign-in", {"token": old})).status_code == 401
        await browser.sign_in()
        clock.advance(timedelta(hours=11, minutes=59))
        assert (await browser.get("/console/")).status_code == 200
        clock.advance(timedelta(minutes=1))
        assert (await browser.get("/console/")).status_code == 303


@pytest.mark.parametrize("path", PAGES)
async def test_without_a_session_every_page_leads_to_the_sign_in_page(browser: Visit, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/sign-in?returnTo={path}"
    shown = await browser.get(answer.headers["location"])
    assert "almoner console link" in shown.text


async def test_a_kept_address_is_led_back_to_with_all_it_says(browser: Visit) -> None:
    kept = "/console/gifts?show=project_unknown&detail=A+%26+B"
    answer = await browser.get(kept)
    token = await browser.link()
    shown = await browser.get(f"{answer.headers['location']}&token={token}")
    (back,) = re.findall(r'name="return_to" value="([^"]*)"', shown.text)
    done = await browser.post("/console/sign-in", {"token": token, "return_to": html.unescape(back)})
    assert done.headers["location"] == kept


async def test_a_region_without_a_session_sends_the_whole_page_away(browser: Visit) -> None:
    answer = await browser.get("/console/gifts", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["hx-redirect"] == "/console/sign-in"
    data = await browser.get("/console/lag", headers={"Accept": "application/json"})
    assert data.status_code == 401 and data.content == b""


@pytest.mark.parametrize(
    "target",
    ["https://example.org/", "//example.org/", "/console/../../x\r\nA: b", "/consolex", "/raise/api"],
)
async def test_signing_in_leads_nowhere_else(browser: Visit, target: str) -> None:
    answer = await browser.post("/console/sign-in", {"token": await browser.link(), "return_to": target})
    assert answer.headers["location"] == "/console/"


async def test_a_change_needs_the_form_token(browser: Visit) -> None:
    campaign_id = await _campaign(browser.house)
    path = f"/console/campaigns/{campaign_id}/sync"
    token = await browser.sign_in()
    other = visit(browser.house)
    foreign = await other.sign_in()
    for given in ({}, {"csrf_token": ""}, {"csrf_token": foreign}, {"csrf_token": "é"}):
        refused = await browser.post(path, {"canSync": "false", **given})
        assert refused.status_code == 403
    assert await _can_sync(browser.house, campaign_id)
    done = await browser.post(path, {"canSync": "false", "csrf_token": token})
    assert done.status_code == 303
    assert not await _can_sync(browser.house, campaign_id)
    by_header = await browser.post(
        path, {"canSync": "true"}, headers={"X-CSRF-Token": token, "HX-Request": "true"}
    )
    assert by_header.status_code == 200 and "Resumed by console" in by_header.text


@pytest.mark.parametrize(
    "sign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
    ],
)
async def test_a_change_from_another_site_is_refused(browser: Visit, sign: dict[str, str]) -> None:
    campaign_id = await _campaign(browser.house)
    form = {"canSync": "false", "csrf_token": await browser.sign_in()}
    refused = await browser.post(f"/console/campaigns/{campaign_id}/sync", form, headers=sign)
    assert refused.status_code == 403 and "another site" in refused.text
    assert (
        await browser.post("/console/sign-in", {"token": await browser.link()}, headers=sign)
    ).status_code == 403


async def test_signing_out_ends_the_session_itself(browser: Visit) -> None:
    token = await browser.sign_in()
    session = browser.client.cookies["almoner_session"]
    assert (await browser.post("/console/sign-out", {"csrf_token": token})).status_code == 303
    browser.client.cookies.set("almoner_session", session, path="/console")
    assert (await browser.get("/console/")).status_code == 303


async def test_pressing_a_switch_twice_flips_it_once(browser: Visit) -> None:
    campaign_id = await _campaign(browser.house)
    form = {"canSync": "false", "csrf_token": await browser.sign_in()}
    for _ in range(2):
        assert (await browser.post(f"/console/campaigns/{campaign_id}/sync", form)).status_code == 303
    history = await browser.house.tenant.raise_.get(f"/raise/api/Campaign/{campaign_id}/sync-history")
    assert [(change["canSync"], change["changedBy"]) for change in history["items"]] == [(False, "console")]


async def test_an_organization_sees_and_changes_only_its_own(browser: Visit) -> None:
    gift = await browser.house.tenant.give(50)
    state = await browser.house.tenant.settled("gift", gift["id"])
    campaign_id = await _campaign(browser.house)
    token = await browser.sign_in(await browser.house.another_tenant())
    page = (await browser.get("/console/")).text
    assert (
        "Another organization" in page and "No gifts yet." in page and "ada@" in page
    )  # in the sample command
    assert "$50.00" not in page and "Spring appeal" not in page
    assert (await browser.get(f"/console/gift/{state['crmKey']}")).status_code == 404
    refused = await browser.post(
        f"/console/campaigns/{campaign_id}/sync", {"canSync": "false", "csrf_token": token}
    )
    assert refused.status_code == 404
    assert await _can_sync(browser.house, campaign_id)


@pytest.mark.parametrize("path", [path for path in PAGES if "/1" not in path])
async def test_a_page_of_another_session_is_not_filled_with_this_ones_figures(
    browser: Visit, path: str
) -> None:
    """Two tabs of one browser: the later sign-in, of another organization, is what the first tab's requests carry."""
    first = await browser.sign_in()
    second = await browser.sign_in(await browser.house.another_tenant())
    stale = await browser.get(path, headers={"X-CSRF-Token": first, "HX-Request": "true"})
    assert stale.status_code == 409 and stale.headers["hx-refresh"] == "true" and not stale.content
    assert (await browser.get(path, headers={"X-CSRF-Token": second})).status_code == 200


async def test_every_answer_carries_the_policy(browser: Visit) -> None:
    await browser.sign_in()
    paths = [
        "/console/",
        "/console/sign-in",
        "/console/lag",
        "/console/contact/77",
        "/console/nowhere",
        "/elsewhere",
        "/",
    ]
    for path in paths:
        headers = (await browser.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_no_page_holds_inline_script_or_style(browser: Visit) -> None:
    await browser.house.tenant.give(50)
    await _campaign(browser.house)
    await browser.sign_in()
    for path in ("/console/", "/console/sign-in", "/console/sign-in?token=x", "/console/nowhere"):
        text = (await browser.get(path)).text
        assert "<style" not in text and " style=" not in text and "javascript:" not in text
        assert all(part.startswith(' src="/console/static/') for part in text.split("<script")[1:])


async def test_what_people_type_is_shown_as_text(browser: Visit) -> None:
    donor = {"firstName": "<script>alert(1)</script>", "lastName": 'O\'Hara & "Sons"'}
    await browser.house.tenant.give(50, donor=donor)
    await browser.sign_in()
    text = (await browser.get("/console/")).text
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)" in text


async def test_static_files_are_kept_for_good_and_packed(browser: Visit) -> None:
    page = (await browser.get("/console/sign-in")).text
    path = page.split('rel="stylesheet" href="')[1].partition('"')[0]
    answer = await browser.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"] and answer.headers["content-encoding"] == "gzip"
    assert (await browser.get("/console/static/pico.min.css")).status_code == 404


async def test_unknown_addresses_answer_in_the_callers_language(browser: Visit) -> None:
    page = await browser.get("/console/nowhere")
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
    api = await browser.get("/api/Gift/1", headers={"Accept": "application/json"})
    assert api.status_code == 404 and api.headers["content-type"] == "application/problem+json"


async def test_the_addresses_that_the_apis_give_out_lead_to_the_contact(browser: Visit) -> None:
    tenant = browser.house.tenant
    gift = await tenant.give(50)
    state = await tenant.settled("gift", gift["id"])
    await browser.sign_in()
    path = httpx.URL(state["url"]).path
    for _ in range(2):
        path = (await browser.get(path)).headers["location"]
    contact = await browser.get(path)
    assert contact.status_code == 200 and "Ada Example" in contact.text and "$50.00" in contact.text
    donor = await tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}")
    urls = [entry["url"] for entry in donor["crmKeyUrls"].values()]
    assert urls == [f"{BASE}/Contact/{donor['crmKey']}"]
    assert (await browser.get(urls[0])).headers["location"] == f"/console/contact/{donor['crmKey']}"


async def test_a_region_that_has_not_changed_is_not_sent_again(browser: Visit) -> None:
    await browser.sign_in()
    mark = (await browser.get("/console/arrivals")).text.split("?seen=")[1].partition('"')[0]
    assert (await browser.get("/console/arrivals", params={"seen": mark})).status_code == 204
    await browser.house.tenant.give(50)
    changed = await browser.get("/console/arrivals", params={"seen": mark})
    assert changed.status_code == 200 and "Newest gift: $50.00 from Ada Example" in changed.text
