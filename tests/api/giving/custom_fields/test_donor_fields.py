"""Fields that an organization adds to its donors: given with a gift, changed, asked for, and kept by whoever a donor is in the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, give_body
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

FIELDS: dict[str, dict[str, Any]] = {
    "Source": {"dataType": "Text", "displayName": "Where From"},
    "Score": {"dataType": "Number"},
    "Member Since": {"dataType": "Date"},
    "Is Board": {"dataType": "Boolean"},
    "Colour": {"dataType": "Dropdown", "options": ["Red", "Blue"]},
}
VALUES = {
    "Source": " web ",
    "score": "3.20",
    "Member Since": "9/8/2021",
    "Is Board": True,
    "Colour": "blue",
}
TOLD = {"Source": "web", "Score": "3.2", "Member Since": "2021-09-08", "Is Board": "true", "Colour": "Blue"}


async def define(house: House, *names: str, **more: Any) -> dict[str, Any]:
    """Fields by name; all without names."""
    return {
        name: await house.tenant.raise_.post("/raise/api/CustomField", {"name": name, **FIELDS[name], **more})
        for name in names or FIELDS
    }


async def given_by(house: House, email: str, values: Any = None, **more: Any) -> int:
    """The donor of a gift with these values."""
    donor = {"customFields": values} if values is not None else {}
    gift = await house.tenant.give(5, email, donor=donor, **more)
    return int(gift["donorId"])


async def told(house: House, donor_id: int) -> dict[str, str]:
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    return {each["name"]: each["value"] for each in donor["customFields"]}


async def patched(house: House, donor_id: int, **body: Any) -> Any:
    answer = await house.tenant.raise_.call("PATCH", f"/raise/api/Donor/{donor_id}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def wrong(house: House, method: str, path: str, body: Any) -> set[str]:
    """The fields that are named as broken."""
    answer = await house.tenant.raise_.call(method, f"/raise/api/{path}", json=body)
    assert answer.status_code == 400, answer.text
    return set(answer.json()["errors"])


async def test_a_gift_brings_them_and_what_is_known_stays(house: House) -> None:
    await define(house)
    donor_id = await given_by(house, "ada@example.org", VALUES)
    assert await told(house, donor_id) == TOLD
    assert await given_by(house, "ada@example.org", [{"name": "Source", "value": "mail"}]) == donor_id
    assert await told(house, donor_id) == TOLD


async def test_a_gift_fills_what_a_known_donor_lacks_and_tells_of_it(house: House) -> None:
    await define(house)
    donor_id = await given_by(house, "ada@example.org", {"Score": 1})
    before = (await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}"))["modifiedDate"]
    await given_by(house, "ada@example.org", {"Score": 9, "Colour": "Red"})
    assert await told(house, donor_id) == {"Score": "1", "Colour": "Red"}
    donor = await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    assert donor["modifiedDate"] > before
    await given_by(house, "ada@example.org", {"Score": 9, "Colour": "Blue"})
    again = await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    assert again == donor


async def test_a_gift_that_names_a_segment_too_brings_both(house: House) -> None:
    await define(house, "Source")
    campaign = await house.tenant.raise_.post(
        "/raise/api/Campaign", {"name": "Spring", "startDate": "2026-01-01"}
    )
    segment = {"campaignId": campaign["id"], "name": "Friends", "code": "FRIENDS"}
    made = await house.tenant.raise_.post("/raise/api/Segment", segment)
    donor = {"customFields": {"Source": "web"}}
    gift = await house.tenant.give(5, "ada@example.org", donor=donor, segmentCode="friends")
    assert await told(house, gift["donorId"]) == {"Source": "web"}
    read = await house.tenant.raise_.get(f"/raise/api/Segment/{made['id']}")
    assert read["totalGifts"] == 1


async def test_nothing_is_charged_for_a_value_that_is_none(house: House) -> None:
    await define(house)
    body = give_body(0, donor={"customFields": {"Scor": 1, "Score": "x", "Colour": "green"}})
    fields = {f"donor.customFields.{name}" for name in ("Scor", "Score", "Colour")}
    assert await wrong(house, "POST", "Raise/give", body) == fields | {"amount"}
    payments = await house.tenant.raise_.get("/raise/api/Payment/list")
    assert payments["total"] == 0


async def test_a_required_field_refuses_no_gift_but_a_change_that_leaves_it_out(house: House) -> None:
    """What was read can be put back, whether it has the field or not."""
    await define(house, "Source", isRequired=True)
    await define(house, "Score")
    donor_id = await given_by(house, "ada@example.org")
    assert (await patched(house, donor_id, lastName="Other"))["customFields"] == []
    path, body = f"Donor/{donor_id}", {"email": "ada@example.org"}
    await house.tenant.raise_.put(f"/raise/api/{path}", body)
    assert await wrong(house, "PUT", path, {**body, "customFields": {"Score": 1}}) == {"customFields"}
    both = {"where from": "web", "Score": 1}
    await house.tenant.raise_.put(f"/raise/api/{path}", {**body, "customFields": both})
    assert await told(house, donor_id) == {"Source": "web", "Score": "1"}
    assert await wrong(house, "PATCH", path, {"customFields": {"Source": ""}}) == {"customFields"}
    assert await wrong(house, "PUT", path, body) == {"customFields"}


async def test_a_patch_changes_those_it_names_and_a_put_all(house: House) -> None:
    await define(house)
    donor_id = await given_by(house, "ada@example.org", VALUES)
    await patched(house, donor_id, customFields={"Score": "", "Colour": "red"})
    assert await told(house, donor_id) == {
        name: value for name, value in {**TOLD, "Colour": "Red"}.items() if name != "Score"
    }
    await patched(house, donor_id, firstName="Augusta")
    assert len(await told(house, donor_id)) == 4
    read = await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}")
    whole = {"email": read["email"], "lastName": "Lovelace", "customFields": read["customFields"]}
    await house.tenant.raise_.put(f"/raise/api/Donor/{donor_id}", whole)
    assert len(await told(house, donor_id)) == 4
    await house.tenant.raise_.put(f"/raise/api/Donor/{donor_id}", {"email": read["email"]})
    assert await told(house, donor_id) == {}


async def test_an_archived_field_is_out_of_sight_and_keeps_its_values(house: House) -> None:
    field = (await define(house, "Source", "Score"))["Source"]
    donor_id = await given_by(house, "ada@example.org", {"Source": "web", "Score": 1})
    path = f"/raise/api/CustomField/{field['id']}"
    assert (await house.tenant.raise_.put(path, {"isArchived": True}))["isArchived"]
    assert await told(house, donor_id) == {"Score": "1"}
    assert await wrong(house, "PATCH", f"Donor/{donor_id}", {"customFields": {"Source": "x"}}) == {
        "customFields.Source"
    }
    await house.tenant.raise_.put(f"/raise/api/Donor/{donor_id}", {"email": "ada@example.org"})
    await house.tenant.raise_.put(path, {"isArchived": False})
    assert await told(house, donor_id) == {"Source": "web"}


@pytest.mark.parametrize(
    ("parameter", "operator", "value", "is_found"),
    [
        ("Where From", "Is", "WEB", True),
        ("source", "Contains", "e", True),
        ("Where From", "IsNot", "web", False),
        ("Score", "GreaterThan", "3", True),
        ("Member Since", "OnOrBefore", "9/8/2021", True),
        ("Member Since", "After", "2021-09-08", False),
        ("Is Board", "IsTrue", None, True),
        ("Is Board", "IsFalse", None, False),
        ("Colour", "Is", "blue", True),
        ("Colour", "IsNot", "Red", True),
    ],
)
async def test_they_are_parameters_of_queries(
    house: House, parameter: str, operator: str, value: Any, is_found: bool
) -> None:
    await define(house)
    donor_id = await given_by(house, "ada@example.org", VALUES)
    condition = {"parameter": parameter, "operator": operator, "value": value}
    body = {"groups": [{"conditions": [condition, {"parameter": "Email", "operator": "IsKnown"}]}]}
    page = await house.tenant.raise_.post("/raise/api/Donor/query", body)
    assert [donor["id"] for donor in page["items"]] == [donor_id] * is_found


async def test_query_options_list_them_and_a_name_of_theirs_is_not_taken(house: House) -> None:
    await define(house, "Source", "Colour")
    options = (await house.tenant.raise_.get("/raise/api/Donor/QueryOptions"))["options"]
    by_name = {option["parameter"]: option for option in options}
    assert by_name["Where From"]["type"] == "String"
    assert by_name["Colour"]["valueOptions"] == ["Red", "Blue"]
    for name in ("source", "WHERE FROM", "Lifetime Giving", "donor email"):
        body = {"name": name, "dataType": "Text"}
        answer = await house.tenant.raise_.call("POST", "/raise/api/CustomField", json=body)
        assert answer.status_code == 409, answer.text


async def merge(house: House, into: int, duplicate: int) -> None:
    path = f"/raise/api/Donor/{into}/merge"
    await house.tenant.raise_.post(path, {"duplicateId": duplicate})


async def unmerge(house: House, duplicate: int) -> None:
    await house.tenant.raise_.post(f"/raise/api/Donor/{duplicate}/unmerge", {})


async def test_a_merge_fills_gaps_as_its_preview_told_and_an_unmerge_takes_that_back(house: House) -> None:
    await define(house)
    kept = await given_by(house, "ada@example.org", {"Source": "web"})
    twin = await given_by(house, "ada.l@example.org", {"Source": "mail", "Score": 7, "Colour": "Red"})
    preview = await house.tenant.raise_.get(f"/raise/api/Donor/{kept}/merge-preview/{twin}")
    foreseen = {each["name"]: each["value"] for each in preview["filledCustomFields"]}
    assert foreseen == {"Score": "7", "Colour": "Red"}
    await merge(house, kept, twin)
    assert await told(house, kept) == {"Source": "web", **foreseen}
    await patched(house, kept, customFields={"Colour": "Blue"})
    await unmerge(house, twin)
    assert await told(house, kept) == {"Source": "web", "Colour": "Blue"}
    assert await told(house, twin) == {"Source": "mail", "Score": "7", "Colour": "Red"}


async def test_what_was_passed_on_by_merge_after_merge_goes_back_from_each(house: House) -> None:
    await define(house)
    first = await given_by(house, "a@example.org", {"Score": 1})
    middle = await given_by(house, "b@example.org", {"Source": "web"})
    last = await given_by(house, "c@example.org")
    await merge(house, middle, first)
    await merge(house, last, middle)
    assert await told(house, last) == {"Score": "1", "Source": "web"}
    await unmerge(house, first)
    assert await told(house, last) == {"Source": "web"}
    await unmerge(house, middle)
    assert (await told(house, last), await told(house, middle)) == ({}, {"Source": "web"})
    assert await told(house, first) == {"Score": "1"}


async def test_an_erased_donor_has_nothing_in_them(house: House) -> None:
    await define(house, "Source", "Score")
    donor_id = await given_by(house, "ada@example.org", {"Source": "web", "Score": 2})
    path = f"/raise/api/Donor/{donor_id}/erasure"
    look = {each["what"]: each["records"] for each in (await house.tenant.raise_.get(path))["erased"]}
    assert look["values of custom fields"] == 2
    await house.tenant.raise_.post(path, {"confirmedDonorId": donor_id})
    assert await told(house, donor_id) == {}


async def test_another_organizations_fields_are_not_there(house: House) -> None:
    field = (await define(house, "Source"))["Source"]
    other = await house.with_new_tenant()
    answer = await other.tenant.raise_.call("GET", f"/raise/api/CustomField/{field['id']}")
    assert answer.status_code == 404
    body = give_body(5, donor={"customFields": {"Source": "web"}})
    assert await wrong(other, "POST", "Raise/give", body) == {"donor.customFields.Source"}


async def test_values_stay_here_and_the_contact_is_as_before(house: House) -> None:
    """The reference says of no way on which they reach the CRM (docs/reference/choices.md)."""
    await define(house, "Source")
    donor_id = await given_by(house, "ada@example.org", {"Source": "web"})
    await house.settle()
    state = await house.tenant.settled("donor", donor_id)
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{state['crmKey']}")
    assert contact["customFields"] == []


@pytest.mark.parametrize("stands", ["[]", "null", '"x"', '{"x": 1}', "[{}]"])
async def test_values_that_are_none_hinder_nothing(house: House, rows: OwnRows, stands: str) -> None:
    await define(house, "Source")
    donor_id = await given_by(house, "ada@example.org")
    sql = "UPDATE giving.donor SET custom_values = $2::text::jsonb WHERE organization_id = $1 AND id = $3"
    await rows.fetch(sql, stands, donor_id)
    assert await told(house, donor_id) == {}
    body = {"email": "ada@example.org", "customFields": {"Source": "web"}}
    await house.tenant.raise_.put(f"/raise/api/Donor/{donor_id}", body)
    assert await told(house, donor_id) == {"Source": "web"}


async def test_a_blank_of_a_required_field_refuses_no_gift(house: House) -> None:
    """As a page sends it whose visitor left it empty."""
    await define(house, "Source", isRequired=True)
    donor_id = await given_by(house, "ada@example.org", {"Source": " "})
    assert await told(house, donor_id) == {}


async def test_a_repeat_finds_its_gift_whatever_became_of_the_fields(house: House) -> None:
    field = (await define(house, "Source"))["Source"]
    body, headers = give_body(5, donor={"customFields": {"Source": "web"}}), {"Idempotency-Key": "one"}
    gift = await house.tenant.raise_.post("/raise/api/Raise/give", body, headers=headers)
    await house.tenant.raise_.put(f"/raise/api/CustomField/{field['id']}", {"isArchived": True})
    again = await house.tenant.raise_.post("/raise/api/Raise/give", body, headers=headers)
    assert again["id"] == gift["id"]
    assert await wrong(house, "POST", "Raise/give", body) == {"donor.customFields.Source"}
