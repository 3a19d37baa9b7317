"""A project is the same in both products however its code is written: they fold it alike."""

from __future__ import annotations

import pytest

from tests.integration.sync.reasons import crm_project, giving_project, reached
from tests.support.house import House

pytestmark = pytest.mark.anyio

CODES = ("\u039f\u0394\u039f\u03a3", "\u0130stanbul", "Stra\u00dfe")
"""Street in Greek, whose last letter is another one in lower case; a dotted capital I; a sharp s."""


@pytest.mark.parametrize("code", CODES)
async def test_a_gift_by_any_case_of_a_code_reaches_the_project_in_the_crm(house: House, code: str) -> None:
    tenant = house.tenant
    await giving_project(tenant, code)
    project_id = await crm_project(tenant, code.upper())
    forms = {code, code.upper(), code.lower(), code.casefold()}
    for form in forms:
        gift = await tenant.give(10, projects=[{"code": form}])
        await reached(tenant, "gift", gift["id"], None)
        assert (await tenant.crm.get(f"/crm/api/Project/Code/{form}"))["id"] == project_id
    project = await tenant.crm.get(f"/crm/api/Project/{project_id}")
    assert project["lifeToDateGiftCount"] == len(forms)


@pytest.mark.parametrize("code", CODES)
async def test_a_gift_that_waits_for_a_project_follows_when_it_is_made_in_another_case(
    house: House, code: str
) -> None:
    await giving_project(house.tenant, code.upper())
    gift = await house.tenant.give(10, projects=[{"code": code}])
    await reached(house.tenant, "gift", gift["id"], "project_unknown")
    await crm_project(house.tenant, code.casefold())
    await reached(house.tenant, "gift", gift["id"], None)


@pytest.mark.parametrize("code", CODES)
async def test_a_code_in_another_case_is_taken(house: House, code: str) -> None:
    tenant = house.tenant
    await giving_project(tenant, code)
    await crm_project(tenant, code)
    again = code.upper()
    in_giving = await tenant.raise_.call("POST", "/raise/api/Project", json={"name": "B", "code": again})
    in_crm = await tenant.crm.call("POST", "/crm/api/Project", json={"name": "B", "projectCode": again})
    assert (in_giving.status_code, in_crm.status_code) == (409, 409)
