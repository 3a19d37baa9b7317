"""Refresh tokens turn with each use; one that comes again ends its sign-in. And whatever else ends a token."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from almoner.platform.accounts import service
from almoner.platform.accounts.guard import REFRESH
from tests.support.house import House
from tests.support.people import Person, ask_token, member, person, signed_in

pytestmark = pytest.mark.anyio


async def refreshed(house: House, token: str) -> httpx.Response:
    """The answer to a refresh token."""
    return await ask_token(house, grant_type="refresh_token", refresh_token=token)


async def status(house: House, access: str) -> int:
    """How a request with an access token is answered."""
    headers = {"Authorization": f"Bearer {access}"}
    return (await house.tenant.crm.call("GET", "/crm/api/Organization/Current", headers=headers)).status_code


async def test_a_refresh_answers_with_a_new_pair_and_the_old_access_token_goes_on(house: House) -> None:
    first = (await signed_in(house, await person(house))).token
    answer = await refreshed(house, first["refresh_token"])
    second = answer.json()
    assert answer.status_code == 200
    assert set(second) == set(first)
    assert second["refresh_token"] != first["refresh_token"]
    assert [await status(house, each["access_token"]) for each in (first, second)] == [200, 200]


async def test_a_refresh_token_that_comes_again_ends_all_of_its_sign_in_and_no_other(house: House) -> None:
    who = await person(house)
    first = (await signed_in(house, Person(who.email))).token
    other = (await signed_in(house, Person(who.email))).token
    second = (await refreshed(house, first["refresh_token"])).json()
    reused = await refreshed(house, first["refresh_token"])
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    ended = [await status(house, each["access_token"]) for each in (first, second, other)]
    assert ended == [401, 401, 200]
    assert (await refreshed(house, second["refresh_token"])).status_code == 400
    assert (await refreshed(house, other["refresh_token"])).status_code == 200


async def test_of_many_refreshes_at_once_one_wins(house: House) -> None:
    first = (await signed_in(house, await person(house))).token
    answers = await asyncio.gather(*(refreshed(house, first["refresh_token"]) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]


async def test_an_access_token_refreshes_nothing_and_a_refresh_token_reads_nothing(house: House) -> None:
    token = (await signed_in(house, await person(house))).token
    assert (await refreshed(house, token["access_token"])).status_code == 400
    assert await status(house, token["refresh_token"]) == 401
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await house.tenant.raise_.call("GET", "/raise/api/Gift/list", headers=headers)).status_code == 401


async def test_a_disabled_user_s_tokens_end_at_once_and_stay_ended(house: House) -> None:
    await person(house)
    who = await signed_in(house, await person(house))
    db, now = house.app.db, house.app.clock.now()
    one = await member(house, who.email)
    await service.set_disabled(db, one, "a test", now, disabled=True)
    assert await status(house, who.token["access_token"]) == 401
    assert (await refreshed(house, who.token["refresh_token"])).status_code == 400
    answer = await ask_token(house, grant_type="password", username=who.email, password=who.password)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    await service.set_disabled(db, one, "a test", now, disabled=False)
    assert await status(house, who.token["access_token"]) == 401
    await signed_in(house, who)


async def test_a_reset_ends_every_token_and_the_link_sets_a_password_once(house: House) -> None:
    who = await signed_in(house, await person(house))
    db, now = house.app.db, house.app.clock.now()
    link = await service.reset(
        db, await member(house, who.email), "a test", now, timedelta(hours=1), two_factor=False
    )
    assert await status(house, who.token["access_token"]) == 401
    found = await service.read_invitation(db, link, now)
    assert (found.kind, found.email) == ("reset", who.email)


async def test_refresh_tokens_that_are_not_good_have_a_limit_for_their_address_alone(house: House) -> None:
    who = await signed_in(house, await person(house))

    async def ask(address: str, token: str) -> httpx.Response:
        return await ask_token(house, address, grant_type="refresh_token", refresh_token=token)

    junk = [(await ask("198.51.100.110", f"usf_1_{n}")).status_code for n in range(REFRESH.free + 2)]
    assert junk == [400] * (REFRESH.free + 1) + [429]
    assert (await ask("198.51.100.111", who.token["refresh_token"])).status_code == 200
