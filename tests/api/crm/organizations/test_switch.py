"""A user of two organizations, which may live on two servers, sees both and works in one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, Tenant
from tests.support.people import Person, ask_token, member, person, signed_in

pytestmark = pytest.mark.anyio

LIST, CURRENT, SWITCH = (f"/crm/api/Organization{rest}" for rest in ("", "/Current", "/Switch"))


async def two(house: House) -> tuple[Person, Tenant, int, int]:
    """A user of the house's organization and, reading only, of another; and both organizationUserIds."""
    other = await house.another_tenant()
    who = await person(house)
    await person(house, "Read only", who.email, other)
    ids = [(await member(house, who.email, each)).membership.id for each in (house.tenant, other)]
    return await signed_in(house, who), other, ids[0], ids[1]


async def call(house: House, who: Person, method: str, path: str, **options: Any) -> Any:
    """A request of the user's program."""
    return await house.tenant.crm.call(method, path, headers=who.headers, **options)


async def test_a_user_sees_all_organizations_with_what_may_be_done_there(house: House) -> None:
    who, _, first, second = await two(house)
    for path in (LIST, f"{LIST}/"):
        listed = (await call(house, who, "GET", path)).json()
        assert [(each["organizationUserId"], each["isAdministrator"]) for each in listed] == [
            (first, True),
            (second, False),
        ]
    assert (await call(house, who, "GET", CURRENT)).json()["organizationUserId"] == first


@pytest.mark.parametrize("key", ["organizationUserId", "OrganizationUserId", "ORGANIZATIONUSERID"])
async def test_a_switch_counts_at_once_for_this_sign_in_and_for_no_other(house: House, key: str) -> None:
    who, other, first, second = await two(house)
    beside = await signed_in(house, Person(who.email))
    for written in (second, str(second)):
        answer = await call(house, who, "PUT", SWITCH, json={key: written})
        assert (answer.status_code, answer.content) == (200, b"")
    assert (await call(house, who, "GET", CURRENT)).json()["organizationUserId"] == second
    assert (await call(house, beside, "GET", CURRENT)).json()["organizationUserId"] == first
    made = await call(house, who, "POST", "/crm/api/Project", json={"name": "Wells"})
    assert made.status_code == 403
    refreshed = await ask_token(house, grant_type="refresh_token", refresh_token=who.token["refresh_token"])
    who.token = refreshed.json()
    assert (await call(house, who, "GET", CURRENT)).json()["organizationUserId"] == second
    assert other.id != house.tenant.id


async def test_nobody_switches_to_what_is_not_theirs(house: House) -> None:
    who, other, first, _ = await two(house)
    stranger = await person(house, "Administrator", tenant=other)
    foreign = (await member(house, stranger.email, other)).membership.id
    for wrong in (foreign, 0, -1, 2**62):
        answer = await call(house, who, "PUT", SWITCH, json={"organizationUserId": wrong})
        assert answer.status_code == 400, answer.text
        assert answer.json()["message"]
    assert (await call(house, who, "GET", CURRENT)).json()["organizationUserId"] == first


async def test_a_key_lists_its_own_and_never_switches(house: House) -> None:
    crm = house.tenant.crm
    (only,) = await crm.get(LIST)
    assert only["organizationUserId"] == house.tenant.id
    assert set(only) == {"organizationUserId", "organizationName", "organizationTimeZone",
                         "organizationCulture", "isAdministrator", "isEnabled"}  # fmt: skip
    answer = await crm.call("PUT", SWITCH, json={"organizationUserId": house.tenant.id})
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "An API key belongs to one organization and cannot switch.",
    )
