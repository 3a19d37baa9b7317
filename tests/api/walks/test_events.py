"""Each operation that writes appends to its product's log what happened, in the same transaction, or says here why not."""

from __future__ import annotations

import pytest

from tests.api.walks.test_answers import named, record_for
from tests.support.house import House
from tests.support.rows import OwnRows
from tests.support.samples import Covered, covered

pytestmark = pytest.mark.anyio

SILENT = {
    "raise POST /api/Sync/{entity}/{record_id}/retry": "the sync's own state, and no record of a product",
}
"""Operations that append nothing, and why."""
LOG = {"raise": "giving", "crm": "crm"}
WRITES = [each for each in covered() if each.method != "GET"]


@pytest.mark.parametrize("each", WRITES, ids=named)
async def test_a_write_appends_an_event(house: House, rows: OwnRows, each: Covered) -> None:
    for number in range(len(each.asks(await record_for(house, each)))):
        ask = each.asks(await record_for(house, each))[number]
        before = await events(rows, house, each.product)
        answer = await each.send(house.tenant, ask)
        assert answer.status_code in (200, 204), answer.text
        appended = await events(rows, house, each.product) - before
        assert bool(appended) is (named(each) not in SILENT), f"{appended or 'nothing'} was appended"


async def events(rows: OwnRows, house: House, product: str) -> set[tuple[int, str]]:
    """What the log of a product holds of the organization."""
    log = f"SELECT id, kind FROM {LOG[product]}.event WHERE organization_id = $1"
    return {(row["id"], row["kind"]) for row in await rows.fetch(log)}


def test_the_list_of_the_silent_names_operations_that_are_there() -> None:
    assert SILENT.keys() <= {named(each) for each in WRITES}
