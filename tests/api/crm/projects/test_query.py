"""A partner maps funds: active and public projects, full sweeps, codes of the accounts, search for people."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.projects.catalog import PROJECTS
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def funds(house: House) -> dict[str, Any]:
    """A public fund with a hidden and a closed one, by name."""
    bodies: list[dict[str, Any]] = [
        {"name": "Clean Water", "projectCode": "CW", "externalAccountingCode": "5101-001", "type": "Program"},
        {"name": "Hidden Water", "isPublic": False, "beginningBalance": 12.5},
        {"name": "Closed Water", "isActive": False, "type": "Fund", "startDate": "2024-01-01"},
    ]
    return {body["name"]: await house.tenant.crm.post("/crm/api/Project", body) for body in bodies}


async def found(house: House, *conditions: tuple[str, str, Any], **more: Any) -> list[str]:
    """The names of the projects that meet all conditions."""
    said = [{"parameter": name, "operator": operator, "value": value} for name, operator, value in conditions]
    body = {"groups": [{"conditions": said}], "sortBy": "Name", **more}
    page = (await house.tenant.crm.call("POST", "/crm/api/Project/Query", json=body)).json()
    assert page["total"] == len(page["list"])
    return [project["name"] for project in page["list"]]


@pytest.mark.usefixtures("funds")
@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ([], ["Clean Water", "Closed Water", "General Fund", "Hidden Water", "Processing Costs"]),
        ([("isActive", "IsTrue", None), ("isPublic", "IsTrue", None)], ["Clean Water", "General Fund"]),
        ([("Is Public", "IsFalse", None)], ["Hidden Water", "Processing Costs"]),
        ([("External Accounting Code", "Is", "5101-001")], ["Clean Water"]),
        ([("Current Balance", "Greater Than", 12)], ["Hidden Water"]),
        ([("Life To Date Gift Count", "Is", 0), ("Type", "Is Known", None)], ["Clean Water", "Closed Water"]),
        ([("Start Date", "Before", "Today")], ["Closed Water"]),
        ([("name", "Contains", "WATER"), ("code", "Is Not", "cw")], ["Closed Water", "Hidden Water"]),
    ],
)
async def test_projects_are_found_by_what_they_are(
    house: House, conditions: list[tuple[str, str, Any]], names: list[str]
) -> None:
    assert await found(house, *conditions) == names


async def test_a_project_is_told_as_one_is_read(house: House, funds: dict[str, Any]) -> None:
    body = {"groups": [{"conditions": [{"parameter": "Project Code", "operator": "Is", "value": "cw"}]}]}
    (told,) = (await house.tenant.crm.call("POST", "/crm/api/Project/Query", json=body)).json()["list"]
    assert told == await house.tenant.crm.get(f"/crm/api/Project/{funds['Clean Water']['id']}")


@pytest.mark.usefixtures("funds")
async def test_people_find_what_is_public_unless_they_ask_for_more(house: House) -> None:
    async def search(text: str, **query: str) -> list[str]:
        answer = await house.tenant.crm.call(
            "POST", "/crm/api/Project/Search", json={"search": text}, params=query
        )
        return [project["name"] for project in answer.json()["list"]]

    assert await search("water") == ["Clean Water", "Closed Water"]
    assert await search("water", hidden="true") == ["Clean Water", "Closed Water", "Hidden Water"]
    assert await search("5101") == ["Clean Water"]
    assert await search("%") == []
    assert await search(" ") == ["Clean Water", "Closed Water", "General Fund"]


@pytest.mark.usefixtures("funds")
async def test_the_kinds_are_the_organizations_own(house: House) -> None:
    assert (await house.tenant.crm.call("GET", "/crm/api/Project/Types")).json() == ["Fund", "Program"]


async def test_a_full_sweep_by_thousands_sees_each_project_once(house: House) -> None:
    for number in range(7):
        await house.tenant.crm.post("/crm/api/Project", {"name": f"Fund {number}"})
    seen: list[int] = []
    while True:
        answer = await house.tenant.crm.call(
            "POST", "/crm/api/Project/Query", json={}, params={"skip": str(len(seen)), "take": "3"}
        )
        page = answer.json()
        seen += [project["id"] for project in page["list"]]
        if len(page["list"]) < 3:
            break
    assert len(seen) == len(set(seen)) == page["total"] == 9


@pytest.mark.parametrize("parameter", PROJECTS.parameters, ids=lambda each: each.name)
async def test_every_parameter_answers_each_of_its_operators(shared_house: House, parameter: Any) -> None:
    kind = parameter.kind.name
    value = "5" if kind in ("INT", "DECIMAL", "MONEY") else "Today" if kind in ("DAY", "INSTANT") else "true"
    for operator in parameter.takes:
        condition = {
            "parameter": parameter.name,
            "operator": operator,
            "value": value,
            "secondaryValue": value,
        }
        answer = await shared_house.tenant.crm.call(
            "POST", "/crm/api/Project/Query", json={"groups": [{"conditions": [condition]}]}
        )
        assert answer.status_code == 200, answer.text
