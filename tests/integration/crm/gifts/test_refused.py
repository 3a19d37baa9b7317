"""Why the CRM refuses a gift: one reason, and the detail that belongs to it."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.contract import Outcome, Problem
from tests.api.crm.accepted import gift, taken, told
from tests.integration.sync.conftest import owner as owner
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_a_contact_that_is_archived_comes_before_a_project_that_takes_no_gifts(
    house: House, owner: Any
) -> None:
    contact_id, _ = await taken(house, gift("1", ("GENERAL", 5)))
    incoming = gift("2", ("GENERAL", 7))

    def refused(problem: Problem, detail: str | None) -> list[Outcome]:
        return [Outcome(key=incoming.key, crm_id=None, did="refused", problem=problem, detail=detail)]

    await owner.execute(
        "UPDATE crm.project SET is_active = false WHERE organization_id = $1", house.tenant.id
    )
    assert await told(house, incoming) == refused(Problem.PROJECT_INACTIVE, "GENERAL")
    await owner.execute("UPDATE crm.contact SET is_archived = true WHERE id = $1", contact_id)
    assert await told(house, incoming) == refused(Problem.CONTACT_ARCHIVED, None)
