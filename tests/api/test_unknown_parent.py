"""What belongs to a record that is not there: in the CRM an empty list, as its clients know it (crm-api.md 4); in giving 404."""

from __future__ import annotations

import pytest

from tests.api.crm.accepted import person, told
from tests.support.house import House

pytestmark = pytest.mark.anyio

OF_CONTACT = (
    "Gift/ByContact",
    "RecurringGift/ByContact",
    "ContactNote/ByContact",
    "ContactNote/Important/ByContact",
)


@pytest.mark.parametrize("path", OF_CONTACT)
async def test_what_is_a_contact_s(house: House, path: str) -> None:
    (outcome,) = await told(house, person())
    page = await house.tenant.crm.get(f"/crm/api/{path}/{outcome.crm_id}")
    assert (page["list"], page["total"]) == ([], 0)
    stranger = await house.another_tenant("Other House")
    for api, id_ in ((house.tenant.crm, 999_999_999), (stranger.crm, outcome.crm_id)):
        assert await api.get(f"/crm/api/{path}/{id_}") == {"list": [], "total": 0}


async def test_gifts_of_a_donor(house: House) -> None:
    donor_id = (await house.tenant.give(5))["donorId"]
    assert (await house.tenant.raise_.get(f"/raise/api/Donor/{donor_id}/gifts"))["total"] == 1
    stranger = await house.another_tenant("Other House")
    for api, id_ in ((house.tenant.raise_, 999_999_999), (stranger.raise_, donor_id)):
        assert (await api.call("GET", f"/raise/api/Donor/{id_}/gifts")).status_code == 404
