"""Users sign in for a program: `/Token` as clients of the original really ask it, and what it answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pytest

from almoner.platform.accounts import otp, own
from almoner.platform.accounts.passwords import Passwords
from almoner.platform.organizations.groups import create_group
from almoner.platform.organizations.rules import User
from tests.support.house import House
from tests.support.people import PASSWORD, Person, ask_token, member, person, post_token, proved, signed_in

pytestmark = pytest.mark.anyio

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_password_is_exchanged_for_tokens_in_the_original_s_words(house: House) -> None:
    who = await person(house)
    answer = await ask_token(house, grant_type="password", username=who.email, password=who.password)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert set(told) == {"access_token", "token_type", "expires_in", "refresh_token", "userName",
                         "twoFactorEnabled", ".issued", ".expires"}  # fmt: skip
    assert (told["token_type"], told["expires_in"]) == ("bearer", 1295999)
    assert (told["userName"], told["twoFactorEnabled"]) == (who.email, "False")
    assert parsedate_to_datetime(told[".expires"]) - parsedate_to_datetime(told[".issued"]) == timedelta(
        days=15
    )
    assert told[".expires"].endswith(" GMT")
    assert answer.headers["cache-control"] == "no-store"


async def test_the_token_reads_and_writes_for_its_organization(house: House) -> None:
    who = await signed_in(house, await person(house))
    crm = house.tenant.crm
    now = await crm.call("GET", "/crm/api/Organization/Current", headers=who.headers)
    one = await member(house, who.email)
    assert now.json()["organizationUserId"] == one.membership.id
    assert now.json()["isAdministrator"] is True
    made = await crm.call("POST", "/crm/api/Project", json={"name": "Wells"}, headers=who.headers)
    assert made.status_code == 200, made.text


@pytest.mark.parametrize("path", ["/crm/Token", "/crm/token", "/CRM/TOKEN/", "/crm//token"])
async def test_the_path_is_taken_in_any_case(house: House, path: str) -> None:
    who = await person(house)
    answer = await post_token(
        house, path, data={"grant_type": "password", "username": who.email, "password": who.password}
    )
    assert answer.status_code == 200


async def test_the_form_is_taken_as_text_unencoded_and_without_a_content_type(house: House) -> None:
    who = await person(house, email="pat+gifts@example.org")
    spaced, plain = quote(who.password), who.password.replace(" ", "+")
    for password in (who.password, spaced, plain):
        text = f"grant_type=password&username=pat+gifts@example.org&password={password}"
        for headers in (FORM, {}, {"Content-Type": "text/plain"}):
            answer = await post_token(house, "/crm/token", content=text, headers=headers)
            assert answer.status_code == 200, (password, headers, answer.text)


async def test_a_plus_and_a_percent_in_a_password_may_come_as_they_are(house: House) -> None:
    who = await person(house)
    one = await member(house, who.email)
    user = User(one.account.id, one.membership.id, 0, who.email)
    db, now = house.app.db, house.app.clock.now()
    await own.change_password(db, user, await proved(db, who, now), Passwords(), "ten+percent%off", now)
    for password in ("ten+percent%off", "ten%2Bpercent%25off"):
        text = f"grant_type=password&username={who.email}&password={password}"
        assert (await post_token(house, "/crm/token", content=text, headers=FORM)).status_code == 200


async def test_a_surplus_code_does_no_harm(house: House) -> None:
    who = await person(house)
    for code in ("", "123456", "x"):
        answer = await ask_token(
            house, grant_type="password", username=who.email, password=who.password, otp=code
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "password", "username": "a@example.org"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "usf_1_x"}, "invalid_grant"),
        ({"grant_type": "password", "username": "nobody@example.org", "password": PASSWORD}, "invalid_grant"),
        ({"grant_type": "password", "username": "no address", "password": PASSWORD}, "invalid_grant"),
        ({"grant_type": "password", "username": "a\x00@example.org", "password": "x\x00"}, "invalid_grant"),
    ],
)
async def test_what_is_wrong_is_told_in_oauth_s_words(house: House, form: dict[str, str], error: str) -> None:
    answer = await ask_token(house, "192.0.2.77", **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"] == answer.json()["message"]


async def test_other_bodies_are_refused_with_what_to_do(house: House) -> None:
    multipart = await post_token(house, "/crm/Token", files={"grant_type": (None, "password")})
    json_ = await post_token(house, "/crm/Token", json={"grant_type": "password"})
    for answer in (multipart, json_):
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_request"
        assert "application/x-www-form-urlencoded" in answer.json()["error_description"]


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(house: House) -> None:
    who = await person(house)
    wrong = await ask_token(house, "192.0.2.31", grant_type="password", username=who.email, password="x" * 20)
    unknown = await ask_token(
        house, "192.0.2.32", grant_type="password", username="nobody-at-all@example.org", password="x" * 20
    )
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())


async def test_many_tokens_live_side_by_side_and_ten_at_once_work(house: House) -> None:
    who = await person(house)
    people = [Person(who.email) for _ in range(10)]
    await asyncio.gather(*(signed_in(house, each) for each in people))
    assert len({each.token["access_token"] for each in people}) == 10
    for each in people:
        answer = await house.tenant.crm.call("GET", "/crm/api/Permission", headers=each.headers)
        assert answer.status_code == 200


async def test_only_hashes_of_tokens_and_passwords_are_kept(house: House) -> None:
    who = await signed_in(house, await person(house))
    kept = ""
    async with house.app.db.first.connection() as conn:
        for table in ("account", "account_token", "sign_in", "invitation", "account_change", "sign_in_guard"):
            rows = await conn.fetch(f"SELECT t::text AS row FROM platform.{table} t")
            kept += "\n".join(row["row"] for row in rows)
    assert "$argon2id$" in kept
    for secret in (who.token["access_token"], who.token["refresh_token"], who.password):
        assert secret.split("_", 2)[-1] not in kept


async def test_who_has_two_factors_is_asked_for_a_code_which_works_once(house: House) -> None:
    who = await person(house)
    one = await member(house, who.email)
    db, now = house.app.db, house.app.clock.now()
    key = await own.new_otp_key(db, await proved(db, who, now))
    step = int(now.timestamp()) // otp.STEP_SECONDS
    user = User(one.account.id, one.membership.id, 0, who.email)
    assert not await own.confirm_otp(db, user, "000000x", now)
    assert await own.confirm_otp(db, user, otp.code_at(key, step - 1), now)
    asked = {"grant_type": "password", "username": who.email, "password": who.password}
    awaiting = await ask_token(house, **asked)
    assert awaiting.status_code == 202
    assert awaiting.json()["error"] == "awaiting_verification"
    assert "access_token" not in awaiting.json()
    code = otp.code_at(key, int(house.app.clock.now().timestamp()) // otp.STEP_SECONDS)
    given = await ask_token(house, **asked, otp=code)
    assert given.status_code == 200
    assert given.json()["twoFactorEnabled"] == "True"
    again = await ask_token(house, **asked, otp=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    wrong = await ask_token(house, **{**asked, "password": "wrong horse battery"})
    assert (
        wrong.json()["error"] == "invalid_grant"
    )  # whoever lacks the password does not learn of the second factor


async def test_a_user_finds_the_way_out_of_an_organization_whose_group_grants_next_to_nothing(
    house: House,
) -> None:
    who, narrow = await person(house), await house.another_tenant()
    async with house.app.db.tenant(narrow.id) as tx:
        await create_group(tx, "Narrow", ["gift:create"], "a test", house.app.clock.now())
    await person(house, "Narrow", email=who.email, tenant=narrow)
    await signed_in(house, who)
    home, there = await member(house, who.email), await member(house, who.email, narrow)
    crm = house.tenant.crm
    for one in (there, home):
        told = await crm.call(
            "PUT",
            "/crm/api/Organization/Switch",
            json={"organizationUserId": one.membership.id},
            headers=who.headers,
        )
        assert told.status_code in (200, 204), told.text
        listed = await crm.call("GET", "/crm/api/Organization", headers=who.headers)
        assert len(listed.json()) == 2
