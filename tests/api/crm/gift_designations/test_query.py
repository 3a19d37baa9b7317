"""Reports over designations: every field of the recorded row, parents, filters through gift, giver and project."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from almoner.crm.gift_designations.catalog import GIFT_DESIGNATIONS
from tests.api.crm.gifts.test_query import of
from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

QUERY = "/crm/api/GiftDesignation/Query"


async def asked(house: House, body: Any = None) -> list[dict[str, Any]]:
    """The rows that a query gives."""
    answer: httpx.Response = await house.tenant.crm.call("POST", QUERY, json=body or {})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["list"])
    return list(page["list"])


@pytest.fixture
async def wells(house: House) -> dict[str, Any]:
    """A sub-project in both products, and a gift of which 300 of 500 are for it."""
    parent = {"name": "Water", "projectCode": "WATER", "externalAccountingCode": "5100", "type": "Program"}
    water = (await house.tenant.crm.call("POST", "/crm/api/Project", json=parent)).json()
    child = {"name": "Wells", "projectCode": "WELLS", "parentId": water["id"], "location": "Kenya"}
    wells: dict[str, Any] = (await house.tenant.crm.call("POST", "/crm/api/Project", json=child)).json()
    await house.tenant.raise_.call("POST", "/raise/api/Project", json={"name": "Wells", "code": "WELLS"})
    parts = [{"code": "WELLS", "amount": 300}, {"code": "GENERAL", "amount": 200}]
    body = give_body(500, projects=parts, segmentCode="SPRING")
    assert (await house.tenant.raise_.call("POST", "/raise/api/Raise/give", json=body)).status_code == 200
    await house.settle()
    return wells


async def test_a_row_has_every_field_of_the_recording(house: House, wells: dict[str, Any]) -> None:
    (row,) = await asked(house, of("Project Code", "Is", "wells"))
    gift = await house.tenant.crm.get(f"/crm/api/Gift/{row['giftId']}")
    (part,) = (each for each in gift["giftDesignations"] if each["projectId"] == wells["id"])
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{gift['contactId']}")
    at = gift["giftUrl"].partition("/api/")[0]
    assert at.startswith("http")
    day = row.pop("createDate")
    assert day.count("/") == 2
    assert row == {
        "id": part["id"],
        "amountDesignated": 300.0,
        "currencyCode": "USD",
        "isTaxDeductible": True,
        "giftId": gift["id"],
        "giftDate": gift["giftDateFormatted"],
        "giftType": gift["giftTypeFormatted"],
        "giftIsPrivate": False,
        "giftCustomFields": {},
        "giftUrl": f"{at}/api/Gift/{gift['id']}",
        "contactId": contact["id"],
        "contactName": contact["name"],
        "contactType": contact["contactType"],
        "contactUrl": f"{at}/api/Contact/{contact['id']}",
        "projectId": wells["id"],
        "project": "Wells",
        "projectCode": "WELLS",
        "projectExternalAccountingCode": None,
        "projectType": "Unspecified",
        "projectLocation": "Kenya",
        "projectCustomFields": {},
        "projectUrl": f"{at}/api/Project/{wells['id']}",
        "parentProjectId": wells["parentId"],
        "parentProject": "Water",
        "parentProjectCode": "WATER",
        "parentProjectExternalAccountingCode": "5100",
        "parentProjectType": "Program",
        "parentProjectLocation": "Unspecified",
        "parentProjectCustomFields": {},
        "parentProjectUrl": f"{at}/api/Project/{wells['parentId']}",
        "batch": None,
        "segmentName": None,
        "segmentCode": "SPRING",
        "communicationName": None,
        "campaignName": None,
        "campaignNames": [],
    }


@pytest.mark.parametrize(
    ("parameter", "operator", "value", "projects"),
    [
        ("Parent Project Code", "Is", "water", ["WELLS"]),
        ("Parent Project Name", "IsNotKnown", None, ["GENERAL"]),
        ("Converted Amount Designated", "GreaterThan", 200, ["WELLS"]),
        ("Amount", "Is", 500, ["WELLS", "GENERAL"]),
        ("Segment", "IsSet", None, ["WELLS", "GENERAL"]),
        ("Receipt Date", "IsKnown", None, []),
        ("Gift Date", "On Or After", "Yesterday", ["WELLS", "GENERAL"]),
        ("Tribute Type", "IsNot", "In Honor Of", ["WELLS", "GENERAL"]),
        ("Contact Type", "Is", "Household", ["WELLS", "GENERAL"]),
        ("Contact Type", "Is", "A kind of our own", []),
        ("Contact Type", "IsNot", "A kind of our own", ["WELLS", "GENERAL"]),
    ],
)
@pytest.mark.usefixtures("wells")
async def test_filters_reach_through_gift_giver_and_project(
    house: House, parameter: str, operator: str, value: Any, projects: list[str]
) -> None:
    rows = await asked(house, of(parameter, operator, value))
    assert [row["projectCode"] for row in rows] == projects


@pytest.mark.usefixtures("wells")
async def test_an_edit_keeps_the_ids_of_what_it_keeps(house: House) -> None:
    before = {row["projectCode"]: row for row in await asked(house)}
    raise_id = (await house.tenant.raise_.get("/raise/api/Gift/list"))["items"][0]["id"]
    patch = {"amount": 350, "projects": [{"code": "WELLS", "amount": 350}]}
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Gift/{raise_id}", json=patch)
    assert answer.status_code == 200
    await house.settle()
    (row,) = await asked(house)
    assert (row["id"], row["amountDesignated"]) == (before["WELLS"]["id"], 350.0)


@pytest.mark.usefixtures("wells")
@pytest.mark.parametrize("sort", ["Id", "Amount", "GiftDate", "Batch", "Gift Id"])
async def test_designations_are_sorted_as_the_original_sorts_them(house: House, sort: str) -> None:
    assert len(await asked(house, {"sortBy": sort, "descending": True})) == 2


def test_all_73_parameters_can_be_asked_for_and_the_id_of_a_campaign() -> None:
    names = {parameter.name for parameter in GIFT_DESIGNATIONS.parameters}
    assert len(names) == len(GIFT_DESIGNATIONS.parameters) == 73 + len({"Campaign Id"} & names)


@pytest.mark.parametrize("parameter", GIFT_DESIGNATIONS.parameters, ids=lambda each: each.name)
async def test_every_parameter_answers_each_of_its_operators(shared_house: House, parameter: Any) -> None:
    if parameter.name == "Campaign Name":
        await shared_house.tenant.crm.post("/crm/api/Staff/Campaign", {"name": "true"})
    for operator in parameter.takes:
        kind = parameter.kind.name
        value = (
            next(iter(parameter.values)) if parameter.values
            else "5" if kind in ("INT", "DECIMAL", "MONEY")
            else "Today" if kind in ("DAY", "INSTANT")
            else {"Project Name": "general fund", "Project Code": "general"}.get(parameter.name, "true")
        )  # fmt: skip
        condition = {
            "parameter": parameter.name,
            "operator": operator,
            "value": value,
            "secondaryValue": value,
        }
        answer = await shared_house.tenant.crm.call(
            "POST", QUERY, json={"groups": [{"conditions": [condition]}]}
        )
        assert answer.status_code == 200, answer.text
