"""What a permission group allows, for users and keys alike: the matrix says it and every operation holds to it."""

from __future__ import annotations

import pytest

from almoner.platform.organizations.groups import change_group, create_group
from almoner.platform.organizations.service import create_key
from almoner.tenants.groups import prepare_groups
from tests.api.refusals import assert_refused
from tests.support.house import House
from tests.support.people import person, signed_in

pytestmark = pytest.mark.anyio


async def matrix(house: House, headers: dict[str, str]) -> dict[tuple[str, str], bool]:
    """What `/api/Permission` answers to a caller."""
    answer = await house.tenant.crm.call("GET", "/crm/api/Permission", headers=headers)
    assert answer.status_code == 200
    return {(each["module"], each["action"]): each["allowed"] for each in answer.json()}


async def test_the_first_groups_allow_what_their_names_say(house: House) -> None:
    told = {
        name: await matrix(house, (await signed_in(house, await person(house, name))).headers)
        for name in ("Administrator", "Read only", "Gift entry")
    }
    assert all(told["Administrator"].values())
    assert {action for (_, action), allowed in told["Read only"].items() if allowed} == {"Read"}
    entry = told["Gift entry"]
    assert (entry["Gift", "Create"], entry["Project", "Read"]) == (True, True)
    assert all(entry[module, "Read"] for module in ("Campaign", "Communication", "Segment", "Contact"))
    assert (entry["Project", "Create"], entry["Contact", "Delete"]) == (False, False)
    assert {action for _, action in entry} == {"Create", "Read", "Update", "Delete"}


async def test_an_operation_that_the_group_lacks_is_refused_by_module_and_action(house: House) -> None:
    who = await signed_in(house, await person(house, "Read only"))
    crm = house.tenant.crm
    made = await crm.call("POST", "/crm/api/Project", json={"name": "Wells"}, headers=who.headers)
    assert_refused("crm", made, 403, "FORBIDDEN")
    assert "Create of Project" in made.json()["message"]
    assert (await crm.call("GET", "/crm/api/Permission", headers=who.headers)).is_success


async def test_a_key_holds_what_its_group_grants_at_the_time(house: House) -> None:
    now, db = house.app.clock.now(), house.app.db
    async with db.tenant(house.tenant.id) as tx:
        await prepare_groups(tx, now)
        group_id = await create_group(tx, "Reports", ["gift:read", "organization:read"], "a test", now)
        token = await create_key(tx, "crm", "reports", group_id=group_id)
    headers, crm = {"Authorization": f"Bearer {token}"}, house.tenant.crm
    body = {"name": "Wells"}
    assert (await crm.call("POST", "/crm/api/Project", json=body, headers=headers)).status_code == 403
    async with db.tenant(house.tenant.id) as tx:
        await change_group(tx, "reports", ["project:create", "organization:read"], "a test", now)
    assert (await crm.call("POST", "/crm/api/Project", json=body, headers=headers)).status_code == 200
    told = await matrix(house, headers)
    assert (told["Project", "Create"], told["Gift", "Read"]) == (True, False)


async def test_a_key_of_before_with_a_write_scope_goes_on_to_create_change_and_remove(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        token = await create_key(tx, "crm", "old", ["contact:write", "organization:read"])
    told = await matrix(house, {"Authorization": f"Bearer {token}"})
    assert [told["Contact", action] for action in ("Create", "Update", "Delete", "Read")] == [
        True, True, True, False,
    ]  # fmt: skip
