"""Full sweeps at a thousand a page, while gifts come, change and go between the pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.contacts import sample as contacts
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio

GIFT, TAKE, GIFTS = "/crm/api/Gift", 1000, 2300


def _gift(giver: int, amount: int = 5) -> dict[str, Any]:
    parts = [{"projectCode": "GENERAL", "amount": amount}]
    return {"contactId": giver, "amount": amount, "giftDate": "2024-12-07", "giftDesignations": parts}


async def _many(house: House, giver: int, many: int) -> list[int]:
    made: list[int] = []
    for _ in range(many // 100):
        page = await house.tenant.crm.post(f"{GIFT}/Bulk", [_gift(giver) for _ in range(100)])
        made += [gift["id"] for gift in page]
    return made


async def _change_some(house: House, giver: int, standing: list[int], turn: int) -> set[int]:
    """Between two pages a gift goes that was swept, one that was not, one is changed, and others come; those that do not stand still."""
    crm, touched = (
        house.tenant.crm,
        {standing[turn], standing[-1 - turn], standing[len(standing) // 2 + turn]},
    )
    await crm.call("DELETE", f"{GIFT}/{standing[turn]}")
    await crm.call("DELETE", f"{GIFT}/{standing[-1 - turn]}")
    await crm.put(f"{GIFT}/{standing[len(standing) // 2 + turn]}", _gift(giver, 7))
    await _many(house, giver, 100)
    return touched


@pytest.mark.parametrize("down", [False, True])
async def test_a_sweep_by_cursor_neither_skips_nor_repeats_what_stands_still(
    house: House, *, down: bool
) -> None:
    giver = int((await contacts.make(house.tenant, "ada"))["id"])
    standing = await _many(house, giver, GIFTS)
    body = {"groups": [], "take": TAKE, "descending": down}
    swept: list[int] = []
    touched: set[int] = set()
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        params = {} if cursor is None else {"cursor": cursor}
        answer = await house.tenant.crm.call("POST", f"{GIFT}/Query", json=body, params=params)
        assert answer.status_code == 200, answer.text
        swept += [row["id"] for row in answer.json()["list"]]
        cursor, pages = answer.headers.get("X-Next-Cursor"), pages + 1
        touched |= await _change_some(house, giver, standing, pages)
    assert pages >= 3
    assert len(swept) == len(set(swept))
    assert set(standing) - touched <= set(swept)
    assert swept == sorted(swept, reverse=down)
    assert await wrong_figures(house.app.db, house.tenant.id) == []


async def test_a_sweep_by_skip_has_all_while_gifts_come_and_what_changed_is_picked_up(house: House) -> None:
    """The partner's pattern, as it is written for the original: by skip, then by what changed since."""
    giver = int((await contacts.make(house.tenant, "ada"))["id"])
    standing = await _many(house, giver, GIFTS)
    crm, skip = house.tenant.crm, 0
    swept: list[int] = []
    whole: dict[str, Any] = {}
    newest = await crm.get(f"{GIFT}/{standing[-1]}")
    while skip == 0 or skip < whole["total"]:
        params = {"skip": str(skip), "take": str(TAKE)}
        whole = (await crm.call("POST", f"{GIFT}/Query", json={"groups": []}, params=params)).json()
        swept += [row["id"] for row in whole["list"]]
        skip += TAKE
        await _many(house, giver, 100)
        await crm.put(f"{GIFT}/{standing[skip // 100]}", _gift(giver, 7))
    assert len(swept) == len(set(swept))
    assert set(standing) <= set(swept)
    since = newest["createDateTimeUtc"]
    changed = {"parameter": "Last Modified DateTime UTC", "operator": "After", "value": since}
    page = await crm.post(f"{GIFT}/Query", {"groups": [{"conditions": [changed]}], "take": TAKE})
    later = {row["id"] for row in page["list"]}
    assert {standing[n // 100] for n in range(TAKE, skip + 1, TAKE)} <= later
    assert later - set(standing) == {row for row in later if row > standing[-1]}
