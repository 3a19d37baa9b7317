"""Records tell who made them and who last changed them."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.platform.organizations.service import create_key
from tests.api.crm.accepted import gift, project, taken
from tests.support.house import House

pytestmark = pytest.mark.anyio

WHO = ("createdByUser", "modifiedByUser")
NAME = "Bo's entry \\ key ✓"


async def by_another_key(house: House, method: str, path: str, body: Any) -> Any:
    """What the API answers a key that is called `NAME`."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        token = await create_key(tx, "crm", NAME, ["*"])
    headers = {"Authorization": f"Bearer {token}"}
    answer = await house.tenant.crm.call(method, f"/crm/api/{path}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def who(record: Any) -> tuple[str, str]:
    """Who made it, and who changed it last."""
    return record[WHO[0]], record[WHO[1]]


async def test_a_gift_tells_the_keys_that_entered_and_changed_it(house: House) -> None:
    contact_id, _ = await taken(house)
    body = {
        "contactId": contact_id,
        "amount": 5,
        "giftDesignations": [{"projectCode": "GENERAL", "amount": 5}],
    }
    made = await house.tenant.crm.post("/crm/api/Gift", body)
    assert who(made) == ("first key", "first key")

    changed = await by_another_key(
        house, "PUT", f"Gift/{made['id']}", {**body, "amount": 5, "notes": "Twice."}
    )
    assert who(changed) == ("first key", NAME)
    assert who(await house.tenant.crm.get(f"/crm/api/Gift/{made['id']}")) == ("first key", NAME)


async def test_what_the_sync_wrote_names_nobody(house: House) -> None:
    _, (gift_id,) = await taken(house, gift("1", ("GENERAL", 500)))
    assert who(await house.tenant.crm.get(f"/crm/api/Gift/{gift_id}")) == ("Almoner", "Almoner")


async def test_projects_and_promises_tell_it_too(house: House) -> None:
    contact_id, _ = await taken(house)
    wells = await project(house.tenant, "Wells")
    assert who(wells) == ("first key", "first key")
    changed = await by_another_key(house, "PUT", f"Project/{wells['id']}", {**wells, "location": "Kenya"})
    assert who(changed) == ("first key", NAME)
    pledge = {"contactId": contact_id, "amountPledged": 50, "frequency": "Once", "pledgeDate": "2024-01-31"}
    assert who(await by_another_key(house, "POST", "v2/Pledge", pledge)) == (NAME, NAME)
