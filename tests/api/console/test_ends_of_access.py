"""What ends access ends it whole: of a password, a link and an app's key nothing of before works on, however the moment falls."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from almoner.platform.accounts import service
from almoner.platform.accounts.sign_in import SignInDesk
from tests.api.console.conftest import Visit, visit
from tests.api.console.test_users import enter, press
from tests.support.house import House
from tests.support.people import PASSWORD, Person, ask_token, invited, member, person

pytestmark = pytest.mark.anyio

NEW = "a wholly new password"
LIFE = timedelta(hours=72)


async def reset_link(house: House, who: Person) -> str:
    """The token of `almoner user reset`."""
    app, one = house.app, await member(house, who.email)
    return await service.reset(app.db, one, "a test", app.clock.now(), LIFE, two_factor=False)


async def key_shown(browser: Visit, password: str = PASSWORD) -> str:
    """The key of an authenticator app that the account's page shows."""
    shown = await press(browser, "/console/account/two-factor", password=password)
    found = re.search(r"secret=([A-Z2-7]+)", shown.text)
    assert found is not None
    return found[1]


class Held:
    """Holds whoever has proved a password, before the sign-in is opened or what was proved for is done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.proved, self.goes_on = asyncio.Event(), asyncio.Event()
        prove = SignInDesk.prove

        async def held(*args: object) -> object:
            proven = await prove(*args)  # type: ignore[arg-type]
            monkeypatch.setattr(SignInDesk, "prove", prove)
            self.proved.set()
            await self.goes_on.wait()
            return proven

        monkeypatch.setattr(SignInDesk, "prove", held)


async def test_who_proved_the_old_password_does_not_get_in_past_its_change(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, browser = await person(house), visit(house)
    await enter(browser, who.email)
    held = Held(monkeypatch)
    late = asyncio.create_task(
        ask_token(house, grant_type="password", username=who.email, password=who.password)
    )
    await held.proved.wait()
    done = await press(browser, "/console/account/password", password=who.password, new_password=NEW)
    assert done.status_code == 303
    held.goes_on.set()
    assert (await late).status_code == 400


async def test_who_proved_the_old_password_does_not_get_in_past_a_reset(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, browser = await person(house), visit(house)
    held = Held(monkeypatch)
    late = asyncio.create_task(enter(browser, who.email))
    await held.proved.wait()
    await reset_link(house, who)
    held.goes_on.set()
    assert (await late).status_code == 401


async def test_who_proved_the_old_password_does_not_change_the_new_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, thief, owner = await person(house), visit(house), visit(house)
    for each in (thief, owner):
        await enter(each, who.email)
    held = Held(monkeypatch)
    path = "/console/account/password"
    late = asyncio.create_task(press(thief, path, password=who.password, new_password="the thief's password"))
    await held.proved.wait()
    assert (await press(owner, path, password=who.password, new_password=NEW)).status_code == 303
    held.goes_on.set()
    assert (await late).status_code in (303, 400)
    assert (await enter(visit(house), who.email, "the thief's password")).status_code == 401
    assert (await enter(visit(house), who.email, NEW)).status_code == 303


async def test_an_invitation_that_was_proved_with_the_old_password_signs_nobody_in_past_its_change(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, owner, thief = await person(house), visit(house), visit(house)
    await enter(owner, who.email)
    token = await invited(house, who.email, tenant=await house.another_tenant())
    held = Held(monkeypatch)
    form = {"token": token, "password": who.password}
    late = asyncio.create_task(thief.post("/console/invitation", form))
    await held.proved.wait()
    path = "/console/account/password"
    assert (await press(owner, path, password=who.password, new_password=NEW)).status_code == 303
    held.goes_on.set()
    answer = await late
    assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)


async def test_a_reset_ends_the_old_password_at_once(house: House) -> None:
    who, browser = await person(house), visit(house)
    link = await reset_link(house, who)
    assert (await enter(browser, who.email)).status_code == 401
    done = await browser.post("/console/invitation", {"token": link, "password": NEW})
    assert done.status_code == 303
    assert (await enter(browser, who.email, NEW)).status_code == 303


async def test_an_invitation_sets_no_password_where_one_was_reset(house: House) -> None:
    who, browser = await person(house), visit(house)
    token = await invited(house, who.email, tenant=await house.another_tenant())
    await reset_link(house, who)
    refused = await browser.post("/console/invitation", {"token": token, "password": NEW})
    assert (refused.status_code, "set-cookie" in refused.headers) == (400, False)


async def test_an_older_reset_link_ends_when_the_password_is_changed(house: House) -> None:
    who, browser = await person(house), visit(house)
    first = await reset_link(house, who)
    await browser.post("/console/invitation", {"token": first, "password": PASSWORD})
    await enter(browser, who.email)
    app, one = house.app, await member(house, who.email)
    async with app.db.first.system() as conn:
        older = await service.new_link(
            conn, "reset", one.account.id, one.membership.id, app.clock.now() + LIFE
        )
    done = await press(browser, "/console/account/password", password=PASSWORD, new_password=NEW)
    assert done.status_code == 303
    refused = await visit(house).post("/console/invitation", {"token": older, "password": PASSWORD})
    assert refused.status_code == 404


async def test_each_beginning_shows_a_key_of_its_own(house: House) -> None:
    who, browser = await person(house), visit(house)
    await enter(browser, who.email)
    assert await key_shown(browser) != await key_shown(browser)


@pytest.mark.parametrize("end", ["changed", "reset", "signed out"])
async def test_a_key_that_was_not_confirmed_ends_with_what_ends_access(house: House, end: str) -> None:
    who, browser = await person(house), visit(house)
    await enter(browser, who.email)
    await key_shown(browser)
    app, one = house.app, await member(house, who.email)
    if end == "changed":
        await press(browser, "/console/account/password", password=who.password, new_password=NEW)
    elif end == "reset":
        await reset_link(house, who)
    else:
        await service.sign_out_everywhere(app.db, one, "a test", app.clock.now())
    async with app.db.first.system() as conn:
        left = await conn.fetchval("SELECT otp_secret FROM platform.account WHERE id = $1", one.account.id)
    assert left is None
