"""Fields that an organization adds to its records: made, written, told, asked for."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from almoner.crm.custom_fields.catalog import parameters
from almoner.crm.custom_fields.reserved import name_in_queries
from almoner.crm.custom_fields.rules import Definition
from almoner.crm.gifts.catalog import GIFTS
from tests.api.crm.accepted import problem, project, taken
from tests.support.house import House
from tests.support.rows import OwnRows, as_owner

pytestmark = pytest.mark.anyio


async def define(house: House, record: str, name: str, data_type: str = "Text", **more: Any) -> Any:
    """A field of the tenant's."""
    body = {"recordType": record, "name": name, "dataType": data_type, **more}
    return await house.tenant.crm.post("/crm/api/CustomField", body)


async def some(house: House, record: str) -> None:
    """A field of each type."""
    await define(house, record, "Source", displayName="Where From")
    await define(house, record, "Score", "Number")
    await define(house, record, "Sent On", "DateTime")
    await define(house, record, "Checked", "Boolean")
    await define(house, record, "Colour", "List", options=["Red", "Blue"])


VALUES = {"source": "web", "SCORE": 3.2, "Sent On": "2021-09-08", "checked": "true", "Colour": "blue"}
TOLD = {"Source": "web", "Score": "3.2", "Sent On": "9/8/2021", "Checked": "true", "Colour": "Blue"}


async def gift(house: House, custom: Any = None, **more: Any) -> Any:
    """A gift of a contact's."""
    contact_id, _ = await taken(house)
    parts = [{"projectCode": "GENERAL", "amountDesignated": 5}]
    body = {"contactId": contact_id, "amount": 5, "giftDesignations": parts, "customFields": custom, **more}
    return await house.tenant.crm.post("/crm/api/Gift", body)


async def found(house: House, what: str, parameter: str, operator: str, value: Any = None) -> list[int]:
    """The ids that a query finds."""
    condition = {"parameter": parameter, "operator": operator, "value": value}
    body = {"groups": [{"conditions": [condition]}]}
    return [row["id"] for row in (await house.tenant.crm.post(f"/crm/api/{what}/Query", body))["list"]]


async def test_a_project_has_them_as_an_object(house: House) -> None:
    await some(house, "Project")
    made = await project(house.tenant, "Wells", customFields=VALUES)
    assert made["customFields"] == TOLD
    again = await house.tenant.crm.put(f"/crm/api/Project/{made['id']}", made)
    assert again == made
    cleared = await house.tenant.crm.put(f"/crm/api/Project/{made['id']}", {**made, "customFields": None})
    assert cleared["customFields"] == {}


async def test_a_gift_has_them_as_a_list(house: House) -> None:
    await some(house, "Gift")
    made = await gift(house, [{"name": name, "value": value} for name, value in VALUES.items()])
    assert {each["name"]: each["value"] for each in made["customFields"]} == TOLD
    assert made["customFields"][0] == {"name": "Source", "value": "web", "displayName": "Where From"}
    assert await house.tenant.crm.get(f"/crm/api/Gift/{made['id']}") == made


async def test_keys_of_a_listed_value_are_read_in_any_case(house: House) -> None:
    await define(house, "Gift", "Source")
    made = await gift(house, [{"Name": "source", "VALUE": 7, "displayName": "Source", "more": 1}])
    assert [each["value"] for each in made["customFields"]] == ["7"]


async def test_a_patch_changes_those_it_names(house: House) -> None:
    await some(house, "Project")
    made = await project(house.tenant, "Wells", customFields={"Source": "web", "Score": 1})
    body = [{"id": made["id"], "customFields": {"Score": "", "Colour": "red"}}]
    await house.tenant.crm.client.patch("/crm/api/Project", json=body)
    read = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")
    assert read["customFields"] == {"Source": "web", "Colour": "Red"}
    await house.tenant.crm.client.patch("/crm/api/Project", json=[{"id": made["id"], "name": "Other"}])
    read = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")
    assert read["customFields"] == {"Source": "web", "Colour": "Red"}


async def test_all_that_is_wrong_is_named(house: House) -> None:
    await some(house, "Gift")
    await some(house, "Project")
    custom = {"Scor": 1, "Score": "x", "Colour": "green"}
    fields = [f"customFields.{name}" for name in custom]
    status, code, named = await problem(
        house.tenant, "POST", "Project", json={"name": "", "customFields": custom}
    )
    assert (status, code) == (422, "VALIDATION_FAILED") and {*fields, "name"} == set(named)
    contact_id, _ = await taken(house)
    body = {"contactId": contact_id, "amount": 5, "customFields": custom}
    body["giftDesignations"] = [{"projectCode": "GENERAL", "amount": 5}]
    assert set((await problem(house.tenant, "POST", "Gift", json=body))[2]) == set(fields)
    assert set((await problem(house.tenant, "POST", "Gift/Bulk", json=[body]))[2]) == {
        f"[0].{field}" for field in fields
    }


async def test_a_value_of_another_type_is_named_as_any_other_field(house: House) -> None:
    assert (await problem(house.tenant, "POST", "Project", json={"name": "W", "customFields": 7}))[2] == [
        "customFields"
    ]
    body = {"name": "W", "customFields": [{"value": 1}]}
    assert (await problem(house.tenant, "POST", "Project", json=body))[2] == ["customFields[0].name"]


@pytest.mark.parametrize(
    ("parameter", "operator", "value", "is_found"),
    [
        ("Where From", "Is", "WEB", True),
        ("source", "Contains", "e", True),
        ("Where From", "IsNot", "web", False),
        ("Where From", "IsKnown", None, True),
        ("Score", "GreaterThan", "3", True),
        ("Score", "Between", "4", None),
        ("Sent On", "OnOrBefore", "9/8/2021", True),
        ("Sent On", "After", "2021-09-08", False),
        ("Checked", "IsTrue", None, True),
        ("Checked", "IsFalse", None, False),
        ("Colour", "Is", "blue", True),
        ("Colour", "IsNot", "Red", True),
        ("Colour", "Is", "Green", None),
        ("Where Form", "Is", "web", None),
    ],
)
async def test_they_are_parameters_of_queries(
    house: House, parameter: str, operator: str, value: Any, is_found: bool | None
) -> None:
    await some(house, "Gift")
    await some(house, "Project")
    made = await gift(house, VALUES)
    wells = await project(house.tenant, "Wells", customFields=VALUES)
    ids = {"Gift": made["id"], "GiftDesignation": made["giftDesignations"][0]["id"], "Project": wells["id"]}
    for what, id_ in ids.items():
        if is_found is None:
            condition = {"parameter": parameter, "operator": operator, "value": value}
            body = {"groups": [{"conditions": [condition]}]}
            assert (await problem(house.tenant, "POST", f"{what}/Query", json=body))[0] == 400
        else:
            assert (id_ in await found(house, what, parameter, operator, value)) is is_found, what


async def test_a_record_without_a_value_is_not_known_to_have_one(house: House) -> None:
    await define(house, "Gift", "Source")
    made, other = await gift(house), await gift(house, {"Source": "web"})
    assert await found(house, "Gift", "Source", "IsNotKnown") == [made["id"]]
    assert await found(house, "Gift", "Source", "IsKnown") == [other["id"]]
    assert await found(house, "Gift", "Source", "IsNot", "web") == [made["id"]]


async def test_options_and_rows_of_designations_tell_them(house: House) -> None:
    await some(house, "Gift")
    await some(house, "Project")
    wells = await project(house.tenant, "Wells", projectCode="W", customFields={"Source": "dug"})
    parts = [{"projectId": wells["id"], "amount": 5}]
    await gift(house, {"Source": "web"}, giftDesignations=parts)
    (row,) = (await house.tenant.crm.post("/crm/api/GiftDesignation/Query", {}))["list"]
    assert (row["giftCustomFields"], row["projectCustomFields"]) == ({"Source": "web"}, {"Source": "dug"})
    for what in ("Gift", "GiftDesignation", "Project"):
        options = (await house.tenant.crm.get(f"/crm/api/{what}/QueryOptions"))["options"]
        own = {each["parameter"]: each for each in options if each["parameter"] in ("Where From", "Colour")}
        assert own["Colour"]["valueOptions"] == ["Red", "Blue"] and own["Where From"]["type"] == "String"


async def test_an_option_that_was_taken_out_is_found_where_it_still_stands(house: House) -> None:
    field = await define(house, "Gift", "Colour", "List", options=["Red", "Blue"])
    made, other = await gift(house, {"Colour": "Blue"}), await gift(house, {"Colour": "Red"})
    path = f"/crm/api/CustomField/{field['id']}"
    await house.tenant.crm.put(path, {"options": ["Red", "Green"]})

    assert await found(house, "Gift", "Colour", "Is", "blue") == [made["id"]]
    assert await found(house, "Gift", "Colour", "IsNot", "Blue") == [other["id"]]
    options = (await house.tenant.crm.get("/crm/api/Gift/QueryOptions"))["options"]
    (told,) = [each["valueOptions"] for each in options if each["parameter"] == "Colour"]
    assert told == ["Red", "Green"]
    condition = {"parameter": "Colour", "operator": "Is", "value": "Purple"}
    bad = {"groups": [{"conditions": [condition]}]}
    assert (await problem(house.tenant, "POST", "Gift/Query", json=bad))[2] == [
        "groups[0].conditions[0].value"
    ]
    refused = {"customFields": {"Colour": "Blue"}}
    assert (await problem(house.tenant, "PUT", f"Gift/{other['id']}", json={**other, **refused}))[2]

    await house.tenant.crm.put(path, {"options": ["Blue"]})
    assert await found(house, "Gift", "Colour", "In", "Red") == [other["id"]]


async def test_an_archived_field_hides_its_values_until_it_comes_back(house: House) -> None:
    field = await define(house, "Project", "Source")
    made = await project(house.tenant, "Wells", customFields={"Source": "web"})
    path = f"/crm/api/CustomField/{field['id']}"
    await house.tenant.crm.put(path, {"isArchived": True})
    assert await house.tenant.crm.get("/crm/api/Project/CustomFields") == []
    hidden = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")
    assert hidden["customFields"] == {}
    await house.tenant.crm.put(f"/crm/api/Project/{made['id']}", {**hidden, "location": "Malawi"})
    assert (
        await problem(house.tenant, "POST", "Project", json={"name": "A", "customFields": {"Source": 1}})
    )[2] == ["customFields.Source"]
    await house.tenant.crm.put(path, {"isArchived": False})
    read = await house.tenant.crm.get(f"/crm/api/Project/{made['id']}")
    assert read["customFields"] == {"Source": "web"}


async def test_a_required_field_is_asked_for_over_the_api_and_not_of_the_sync(house: House) -> None:
    await define(house, "Gift", "Source", isRequired=True)
    contact_id, _ = await taken(house)
    body = {
        "contactId": contact_id,
        "amount": 5,
        "giftDesignations": [{"projectCode": "GENERAL", "amount": 5}],
    }
    assert (await problem(house.tenant, "POST", "Gift", json=body))[2] == ["customFields"]
    await house.tenant.crm.post("/crm/api/Gift", {**body, "customFields": {"Source": "x"}})


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"name": "Source"}, 409, ["displayName", "name"]),
        ({"name": "shown so"}, 409, ["displayName", "name"]),
        ({"name": "Other", "displayName": "SOURCE"}, 409, ["displayName"]),
        ({"name": " ", "recordType": "Nothing", "dataType": "Day"}, 422, ["dataType", "name", "recordType"]),
        ({"name": "A", "dataType": "List"}, 422, ["options"]),
        ({"name": "A", "options": ["x"]}, 422, ["options"]),
    ],
)
async def test_what_is_wrong_with_a_definition_is_named(
    house: House, body: dict[str, Any], status: int, fields: list[str]
) -> None:
    await define(house, "Gift", "Source", displayName="Shown So")
    whole = {"recordType": "Gift", "dataType": "Text", **body}
    answer = await problem(house.tenant, "POST", "CustomField", json=whole)
    assert (answer[0], sorted(answer[2])) == (status, fields)
    await house.tenant.crm.post("/crm/api/CustomField", {**whole, "recordType": "Project", "name": "P",
        "displayName": None, "dataType": "Text", "options": []})  # fmt: skip


async def test_another_organization_knows_nothing_of_them(house: House) -> None:
    field = await define(house, "Project", "Source")
    other = await house.another_tenant()
    assert await other.crm.get("/crm/api/Project/CustomFields") == []
    assert (await other.crm.call("GET", f"/crm/api/CustomField/{field['id']}")).status_code == 404
    body = {"name": "Wells", "customFields": {"Source": "x"}}
    assert (await problem(other, "POST", "Project", json=body))[2] == ["customFields.Source"]


async def test_a_change_of_values_is_told_with_the_old_ones(house: House, rows: OwnRows) -> None:
    await define(house, "Project", "Source")
    made = await project(house.tenant, "Wells", customFields={"Source": "web"})
    await house.tenant.crm.put(f"/crm/api/Project/{made['id']}", {**made, "customFields": {"Source": "app"}})
    sql = "SELECT data::text FROM crm.event WHERE organization_id = $1 AND kind = 'project.updated' AND record_id = $2"
    (event,) = await rows.fetch(sql, made["id"])
    assert json.loads(event["data"]) == {"customFields": {"Source": "web"}}


@pytest.mark.parametrize(
    "record", ["Gift", "GiftAsk", "Grant", "PlannedGift", "Pledge", "Premium", "Project", "RecurringGift"]
)
async def test_a_field_is_not_called_as_a_parameter_of_queries_is(house: House, record: str) -> None:
    named = {"Gift": "parent project name", "Project": "ProjectCode"}.get(record, "Create Date")
    body = {"recordType": record, "name": named, "dataType": "Text"}
    assert await problem(house.tenant, "POST", "CustomField", json=body) == (
        409,
        "CONFLICT",
        ["name", "displayName"],
    )
    shown = body | {"name": "Ours", "displayName": named}
    assert await problem(house.tenant, "POST", "CustomField", json=shown) == (
        409,
        "CONFLICT",
        ["displayName"],
    )
    made = await define(house, record, "Ours")
    told = await problem(house.tenant, "PUT", f"CustomField/{made['id']}", json={"displayName": named})
    assert told == (409, "CONFLICT", ["displayName"])


async def test_a_refused_name_tells_the_parameter_that_has_it(house: House) -> None:
    body = {"recordType": "Gift", "name": "giftdate", "dataType": "Text"}
    answer = await house.tenant.crm.call("POST", "/crm/api/CustomField", json=body)
    assert "'Gift Date'" in answer.json()["message"]


def test_a_field_that_was_there_before_a_parameter_of_its_name_is_asked_for_by_a_name_of_its_own() -> None:
    old = Definition(7, "Source", "Batch", "Text", (), is_required=False)
    more = parameters([old], "g.custom_values", called=partial(name_in_queries, "Gift"))
    assert {parameter.name for parameter in more.values()} == {"Batch (custom field)"}
    assert GIFTS.called("Batch (custom field)", more) is GIFTS.called("source", more) is not None
    assert GIFTS.called("Batch", more) is not GIFTS.called("source", more)


@pytest.mark.parametrize("none", ["[]", '"text"', "7", '{"x": 1}'])
async def test_values_that_can_be_none_hinder_no_replacement(house: House, none: str) -> None:
    await define(house, "Gift", "Source")
    made = await gift(house, {"Source": "web"})
    async with as_owner(house.app.db, house.tenant.id) as tx:
        await tx.conn.execute("UPDATE crm.gift SET custom_values = $2 WHERE id = $1", made["id"], none)
    path = f"/crm/api/Gift/{made['id']}"
    assert (await house.tenant.crm.get(path))["customFields"] == []
    since = await house.tenant.crm.put(path, {"customFields": {"Source": "mail"}})
    assert [each["value"] for each in since["customFields"]] == ["mail"]


async def test_a_value_that_can_be_none_hides_no_other_record_and_is_written_over(house: House) -> None:
    """Of a field of each type: the one record is not found by it, the others are."""
    await some(house, "Project")
    sound = await project(house.tenant, "Sound", customFields=VALUES)
    broken = await project(house.tenant, "Broken", customFields=VALUES)
    async with as_owner(house.app.db, house.tenant.id) as tx:
        wrong = """UPDATE crm.project SET custom_values = (SELECT jsonb_object_agg(v.key, '"gestern"'::jsonb)
            FROM jsonb_each(custom_values) v) WHERE id = $1"""
        await tx.conn.execute(wrong, broken["id"])
    for name, operator, value in (
        ("Score", "GreaterThan", 3),
        ("Sent On", "Before", "2021-12-31"),
        ("Checked", "IsTrue", None),
        ("Score", "IsKnown", None),
    ):
        assert await found(house, "Project", name, operator, value) == [sound["id"]], name
    since = await house.tenant.crm.put(
        f"/crm/api/Project/{broken['id']}", {"name": "Broken", "customFields": VALUES}
    )
    assert since["customFields"] == TOLD
