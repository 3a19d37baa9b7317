"""Users of the console: invitation, sign-in by password and code, what their group lets them do, and the ways out."""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx
import pytest

from almoner.platform.accounts import otp, service
from tests.api.console.conftest import Visit, visit
from tests.integration.sync.reasons import giving_project, reached
from tests.support.house import House
from tests.support.people import PASSWORD, invited, member, new_email, person

pytestmark = pytest.mark.anyio


async def enter(browser: Visit, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the form of the sign-in page."""
    return await browser.post("/console/sign-in", {"email": email, "password": password, **more})


async def csrf(browser: Visit, path: str = "/console/account") -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', (await browser.get(path)).text)
    assert found is not None
    return found[1]


async def press(browser: Visit, path: str, **form: str) -> httpx.Response:
    """Press a button of the account's page."""
    return await browser.post(path, {"csrf_token": await csrf(browser), **form})


async def test_an_invitation_sets_a_password_signs_in_and_works_once(browser: Visit) -> None:
    email = new_email()
    token = await invited(browser.house, email)
    shown = await browser.get("/console/invitation", params={"token": token})
    assert shown.status_code == 200 and email in shown.text and "Welcome, Pat Doe" in shown.text
    done = await browser.post("/console/invitation", {"token": token, "password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/console/")
    page = await browser.get("/console/")
    assert page.status_code == 200 and "Pat Doe" in page.text
    again = await visit(browser.house).post("/console/invitation", {"token": token, "password": PASSWORD})
    assert again.status_code == 404 and "set-cookie" not in again.headers
    other = visit(browser.house)
    assert (await enter(other, email.upper())).status_code == 303
    assert (await other.get("/console/gifts")).status_code == 200


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa"])
async def test_a_weak_password_is_refused_and_the_link_goes_on(browser: Visit, password: str) -> None:
    token = await invited(browser.house, new_email())
    refused = await browser.post("/console/invitation", {"token": token, "password": password})
    assert refused.status_code == 400 and 'role="alert"' in refused.text
    assert (
        await browser.post("/console/invitation", {"token": token, "password": PASSWORD})
    ).status_code == 303


async def test_who_has_an_account_elsewhere_proves_it_and_no_link_changes_its_password(
    browser: Visit,
) -> None:
    house = browser.house
    who = await person(house)
    other = await house.another_tenant()
    token = await invited(house, who.email, tenant=other)
    refused = await browser.post("/console/invitation", {"token": token, "password": "another long password"})
    assert refused.status_code == 400 and "set-cookie" not in refused.headers
    assert (await enter(visit(house), who.email)).status_code == 303
    done = await browser.post("/console/invitation", {"token": token, "password": who.password})
    assert done.status_code == 303
    chosen = (await member(house, who.email, other)).membership.id
    page = await browser.get("/console/account")
    assert f'<option value="{chosen}"' in page.text
    assert (await press(browser, "/console/account/organization", membership=str(chosen))).status_code == 303
    assert f'<option value="{chosen}" selected>' in (await browser.get("/console/account")).text
    for strange in ("", "0", "²", "9" * 18, "9" * 25, "9" * 5_000):
        assert (await press(browser, "/console/account/organization", membership=strange)).status_code == 400


async def test_a_stale_page_of_another_organization_changes_nothing(browser: Visit) -> None:
    house = browser.house
    who = await person(house)
    other = await house.another_tenant()
    await person(house, email=who.email, tenant=other)
    assert (await enter(browser, who.email)).status_code == 303
    stale = await csrf(browser)
    chosen = (await member(house, who.email, other)).membership.id
    await press(browser, "/console/account/organization", membership=str(chosen))
    refused = await browser.post("/console/sign-out", {"csrf_token": stale})
    assert refused.status_code == 403
    region = await browser.get("/console/arrivals", headers={"X-CSRF-Token": stale, "HX-Request": "true"})
    assert (region.status_code, region.headers["hx-refresh"]) == (409, "true")


async def test_wrong_and_unknown_are_told_alike_and_the_address_is_kept(browser: Visit) -> None:
    who = await person(browser.house)
    wrong = await enter(browser, who.email, "wrong horse battery")
    unknown = await enter(visit(browser.house), "nobody@example.org", "wrong horse battery")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(who.email, "nobody@example.org") == unknown.text
    assert "set-cookie" not in wrong.headers and PASSWORD not in wrong.text


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/console/../x\r\nA: b"])
async def test_signing_in_by_password_leads_nowhere_else(browser: Visit, target: str) -> None:
    who = await person(browser.house)
    answer = await enter(browser, who.email, return_to=target)
    assert answer.headers["location"] == "/console/"


async def test_a_session_of_before_is_not_taken_over(browser: Visit) -> None:
    """Whoever plants a cookie (session fixation) does not get what is signed in to afterwards."""
    who = await person(browser.house)
    browser.client.cookies.set("almoner_session", "uss_1_planted", path="/console")
    answer = await enter(browser, who.email)
    assert "planted" not in answer.headers["set-cookie"]
    planted = visit(browser.house)
    planted.client.cookies.set("almoner_session", "uss_1_planted", path="/console")
    assert (await planted.get("/console/")).status_code == 303


async def test_a_token_of_a_program_is_no_session_and_a_session_no_token(browser: Visit) -> None:
    who = await person(browser.house)
    answer = await enter(browser, who.email)
    session = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    headers = {"Authorization": f"Bearer {session}"}
    refused = await browser.house.tenant.crm.call("GET", "/crm/api/Permission", headers=headers)
    assert refused.status_code == 401


async def test_a_group_that_only_reads_sees_pages_and_changes_nothing(browser: Visit) -> None:
    house = browser.house
    made = await house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring appeal", "startDate": "2025-01-01T00:00:00Z"}
    )
    who = await person(house, "Read only")
    assert (await enter(browser, who.email)).status_code == 303
    page = await browser.get("/console/")
    assert page.status_code == 200 and "Spring appeal" in page.text
    assert f"switch-{made['id']}" not in page.text
    refused = await press(browser, f"/console/campaigns/{made['id']}/sync", canSync="false")
    assert refused.status_code == 403 and "Update of Campaign" in refused.text
    assert "You may not do this" in refused.text and "lacks the scope" not in refused.text
    assert "Ask an administrator. Your group is Read only, and it lacks" in refused.text
    assert (await browser.get("/console/needs-you")).status_code == 200
    assert (await press(browser, "/console/needs-you/project", code="X")).status_code == 403


async def test_who_may_not_press_a_button_is_told_so_in_its_place(browser: Visit) -> None:
    house = browser.house
    await giving_project(house.tenant, "ROOF")
    gift = await house.tenant.give(projects=[{"code": "ROOF"}])
    await reached(house.tenant, "gift", gift["id"], "project_unknown")
    who = await person(house, "Read only")
    assert (await enter(browser, who.email)).status_code == 303
    for path in ("/console/needs-you", f"/console/gifts/{gift['id']}", f"/console/gifts/{gift['id']}/state"):
        page = (await browser.get(path)).text
        assert "Make project ROOF in the CRM: your group may not do this. Ask an administrator." in page, path
        assert "/console/needs-you/project" not in page, path


async def test_a_change_is_told_with_the_user_s_name(browser: Visit) -> None:
    house = browser.house
    made = await house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring appeal", "startDate": "2025-01-01T00:00:00Z"}
    )
    who = await person(house)
    await enter(browser, who.email)
    await press(browser, f"/console/campaigns/{made['id']}/sync", canSync="false")
    assert "Paused by Pat Doe" in (await browser.get("/console/")).text


async def test_signing_out_ends_the_session_and_so_does_disabling(browser: Visit) -> None:
    house = browser.house
    await person(house)
    who = await person(house)
    other = visit(house)
    for each in (browser, other):
        assert (await enter(each, who.email)).status_code == 303
    cookie = dict(browser.client.cookies)
    assert (await press(browser, "/console/sign-out")).status_code == 303
    browser.client.cookies.set("almoner_session", cookie["almoner_session"], path="/console")
    assert (await browser.get("/console/")).status_code == 303
    assert (await other.get("/console/")).status_code == 200
    one = await member(house, who.email)
    await service.set_disabled(house.app.db, one, "a test", house.app.clock.now(), disabled=True)
    assert (await other.get("/console/")).status_code == 303


async def test_the_password_is_changed_by_who_knows_it_and_all_sessions_end(browser: Visit) -> None:
    who = await person(browser.house)
    other = visit(browser.house)
    for each in (browser, other):
        await enter(each, who.email)
    path = "/console/account/password"
    wrong = await press(browser, path, password="wrong horse battery", new_password="a wholly new password")
    assert wrong.status_code == 400
    weak = await press(browser, path, password=who.password, new_password="short")
    assert weak.status_code == 400
    done = await press(browser, path, password=who.password, new_password="a wholly new password")
    assert done.status_code == 303
    assert (await other.get("/console/")).status_code == 303
    assert (await enter(other, who.email)).status_code == 401
    assert (await enter(other, who.email, "a wholly new password")).status_code == 303


async def test_an_app_is_set_up_by_who_proves_the_password_and_then_asked_for(browser: Visit) -> None:
    house = browser.house
    who = await person(house)
    await enter(browser, who.email)
    path = "/console/account/two-factor"
    assert (await press(browser, path, password="wrong horse battery")).status_code == 400
    shown = await press(browser, path, password=who.password)
    assert "otpauth://totp/" in shown.text
    assert (await press(browser, f"{path}/confirm", otp="000000")).status_code == 400
    found = re.search(r"secret=([A-Z2-7]+)", shown.text)
    assert found is not None
    key = base64.b32decode(found[1] + "=" * (-len(found[1]) % 8))
    step = int(house.app.clock.now().timestamp()) // otp.STEP_SECONDS
    done = await press(browser, f"{path}/confirm", otp=otp.code_at(key, step - 1))
    assert done.status_code == 200 and "From now on" in done.text
    other = visit(house)
    needed = await enter(other, who.email)
    assert needed.status_code == 401 and "authenticator app" in needed.text
    step = int(house.app.clock.now().timestamp()) // otp.STEP_SECONDS
    assert (await enter(other, who.email, otp=otp.code_at(key, step))).status_code == 303


async def test_who_came_by_a_link_has_no_account_to_change(browser: Visit) -> None:
    token = await browser.sign_in()
    shown = await browser.get("/console/account")
    assert shown.status_code == 200 and "almoner user invite" in shown.text
    for path in ("password", "organization", "two-factor", "two-factor/confirm"):
        refused = await browser.post(f"/console/account/{path}", {"csrf_token": token})
        assert refused.status_code == 403


@pytest.mark.parametrize("token", ["", "inv_1_x", "x\x00", "inv_é"])
async def test_what_is_no_invitation_sets_no_password(browser: Visit, token: str) -> None:
    for answer in (
        await browser.get("/console/invitation", params={"token": token.replace("\x00", "")}),
        await browser.post("/console/invitation", {"token": token, "password": PASSWORD}),
    ):
        assert answer.status_code == 404 and "set-cookie" not in answer.headers


async def test_guessing_at_the_page_is_counted_with_guessing_at_the_api(house: House) -> None:
    who, browser = await person(house), visit(house)
    codes: list[Any] = [
        (await enter(browser, who.email, "wrong horse battery")).status_code for _ in range(8)
    ]
    assert codes[:6] == [401] * 6 and codes[-1] == 429
