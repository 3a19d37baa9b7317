"""What real clients send and both products take: other cases, unknown keys, numbers as text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

GIVE = "/raise/api/Raise/give"


def recased(value: Any, change: str) -> Any:
    """`value` with every key of every object in upper, lower or swapped case."""
    if isinstance(value, dict):
        return {getattr(key, change)(): recased(item, change) for key, item in value.items()}
    return [recased(item, change) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("change", ["upper", "lower", "swapcase"])
async def test_keys_match_in_any_case(house: House, change: str) -> None:
    body = give_body(50, isAnonymous=True, projects=[{"code": "General", "amount": 50}])
    gift = await house.tenant.raise_.post(GIVE, recased(body, change))
    assert (gift["amount"], gift["isAnonymous"], gift["projects"][0]["name"]) == (50, True, "General Fund")
    project = await house.tenant.crm.post(
        "/crm/api/Project", recased({"name": "Wells", "isPublic": False}, change)
    )
    assert (project["name"], project["isPublic"]) == ("Wells", False)


async def test_unknown_keys_are_ignored(house: House) -> None:
    body = give_body(50, frequencyOfJoy={"a": [1, None, "\u0000"]}, donor={"shoeSize": 44})
    gift = await house.tenant.raise_.post(GIVE, {**body, "projects": [{"code": "GENERAL", "colour": 7}]})
    project = await house.tenant.crm.post("/crm/api/Project", {"name": "Wells", "frequency": "Monthly"})
    assert gift["amount"] == 50
    assert "frequencyOfJoy" not in gift and "frequency" not in project


async def test_amounts_are_exact_as_numbers_and_as_text(house: House) -> None:
    for written, stored in (
        ("0.01", "0.01"),
        ("10", "10.00"),
        ("9999999999999.99", "9999999999999.99"),
        ("1e2", "100.00"),
    ):
        for body in (f'"{written}"', written):
            text = json.dumps(give_body("AMOUNT")).replace('"AMOUNT"', body)
            answer = await house.tenant.raise_.call("POST", GIVE, content=text)
            assert f'"amount":{stored},' in answer.text


async def test_paths_and_query_names_match_in_any_case(house: House) -> None:
    await house.tenant.give()
    await house.tenant.give()
    for path in (
        "/raise/api/Gift/list",
        "/RAISE/API/GIFT/LIST",
        "/raise/api//gift/list/",
        "/Raise/Api/gift/List",
    ):
        for take in ("Take", "take", "TAKE", "%54ake"):
            answer = await house.tenant.raise_.call("GET", f"{path}?{take}=1&sKIP=1")
            assert (len(answer.json()["items"]), answer.json()["total"]) == (1, 2)


async def test_crm_paths_and_query_names_match_in_any_case(house: House) -> None:
    donor = (await house.tenant.give())["donorId"]
    contact = (await house.tenant.settled("donor", donor))["crmKey"]
    for path in (f"/crm/api/Gift/ByContact/{contact}", f"/CRM/api/gift/bycontact/{contact}/"):
        answer = await house.tenant.crm.call("GET", f"{path}?Skip=0&TAKE=0&SORTBY=giftdate&Descending=TRUE")
        assert answer.json() == {"list": [], "total": 1}
    found = await house.tenant.crm.call("GET", "/crm/api/contact/FIND?EMAIL=ADA@example.org")
    assert found.json()["id"] == int(contact)


async def test_an_unknown_sort_name_does_not_fail(house: House) -> None:
    await house.tenant.give()
    assert (await house.tenant.raise_.get("/raise/api/Gift/list", SortBy="; DROP TABLE giving.gift"))[
        "total"
    ] == 1


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", "text/json", None])
async def test_json_is_read_whatever_it_is_called(house: House, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    text = json.dumps(give_body()).encode()
    answer = await house.tenant.raise_.call("POST", GIVE, content=text, headers=headers)
    assert answer.status_code == 200


async def test_the_scheme_of_the_token_matches_in_any_case(house: House) -> None:
    token = house.tenant.organization.raise_token
    for scheme in ("bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {token}"}
        assert (await house.tenant.raise_.call("GET", "/raise/api/Gift/list", headers=headers)).is_success


async def test_head_answers_as_get_does_without_a_body(house: House) -> None:
    answer = await house.tenant.raise_.call("HEAD", "/raise/api/Gift/list")
    assert (answer.status_code, answer.content) == (200, b"")
