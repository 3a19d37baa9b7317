"""A probe needs no token, and no database."""

from __future__ import annotations

import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_anybody_may_ask_and_is_told_that_it_answers_and_no_more(shared_house: House) -> None:
    answer = await shared_house.tenant.crm.call("GET", "/crm/api/Health", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"status": "Healthy"})


async def test_it_answers_while_the_database_is_away(own_house: House) -> None:
    await own_house.app.db.close()
    answer = await own_house.tenant.crm.call("GET", "/crm/api/Health", headers={"Authorization": ""})
    assert answer.status_code == 200
