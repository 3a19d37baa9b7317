"""Partner engineers query gifts: filters, pages, sweeps while gifts arrive, and refusals that say what could be."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.crm.accepted import taken
from tests.api.refusals import assert_refused
from tests.support.house import House, give_body
from tests.support.rows import OwnRows, as_owner

pytestmark = pytest.mark.anyio

QUERY = "/crm/api/Gift/Query"
GIVE = "/raise/api/Raise/give"


async def given(house: House, *amounts: float) -> None:
    """Gifts of these amounts, each of another giver, in the CRM."""
    for number, amount in enumerate(amounts):
        body = give_body(amount, email=f"giver{number}-{amount}@example.org")
        assert (await house.tenant.raise_.call("POST", GIVE, json=body)).status_code == 200
    await house.settle()


async def asked(house: House, body: Any = None, **query: Any) -> httpx.Response:
    """The answer to a query."""
    return await house.tenant.crm.call("POST", QUERY, json=body or {}, params=query)


def of(parameter: str, operator: str, value: Any) -> dict[str, Any]:
    """A query of one condition."""
    return {"groups": [{"conditions": [{"parameter": parameter, "operator": operator, "value": value}]}]}


def amounts(answer: httpx.Response) -> list[str]:
    """The amounts of a page."""
    assert answer.status_code == 200, answer.text
    return [row["amount"] for row in answer.json()["list"]]


async def test_a_query_finds_sorts_and_pages(house: House) -> None:
    await given(house, 10, 20, 30, 40)
    body = of("Amount", "Greater Than", 10) | {"sortBy": "Amount", "descending": "true"}
    assert amounts(await asked(house, body)) == ["$40.00", "$30.00", "$20.00"]
    page = await asked(house, body | {"skip": 1, "take": 1})
    assert (amounts(page), page.json()["total"]) == (["$30.00"], 3)
    assert amounts(await asked(house, body | {"skip": 1}, SKIP=2, take=1)) == ["$20.00"]


async def test_a_page_holds_ten_where_nothing_is_said_and_nothing_is_past_the_end(house: House) -> None:
    await given(house, *range(1, 13))
    first = await asked(house)
    assert (len(amounts(first)), first.json()["total"]) == (10, 12)
    beyond = await asked(house, skip=5000)
    assert (amounts(beyond), beyond.json()["total"]) == ([], 12)


async def test_a_sweep_by_cursor_neither_skips_nor_repeats_while_gifts_arrive(house: House) -> None:
    await given(house, 1, 2, 3, 4, 5)
    page = await asked(house, take=2)
    seen = amounts(page)
    late = 100
    while cursor := page.headers.get("X-Next-Cursor"):
        await given(house, late)
        late += 1
        page = await asked(house, take=2, cursor=cursor)
        seen += amounts(page)
        assert page.json()["total"] == 5
        assert len(seen) < 20
    assert sorted(seen[:5]) == ["$1.00", "$2.00", "$3.00", "$4.00", "$5.00"]
    assert len(set(seen)) == len(seen)


async def test_a_cursor_is_of_its_query_alone(house: House) -> None:
    await given(house, 1, 2, 3)
    cursor = (await asked(house, take=1)).headers["X-Next-Cursor"]
    for body, query in (
        (of("Amount", "Is", 1), {"cursor": cursor}),
        ({"sortBy": "Amount"}, {"cursor": cursor}),
        ({}, {"cursor": cursor, "skip": "1"}),
        ({}, {"cursor": "nonsense"}),
    ):
        assert_refused("crm", await asked(house, body, **query), 400, "BAD_REQUEST", {"cursor"})


async def test_in_another_order_than_that_of_ids_there_is_no_cursor(house: House) -> None:
    await given(house, 1, 2)
    assert "X-Next-Cursor" not in (await asked(house, {"sortBy": "Amount"}, take=1)).headers
    assert "X-Next-Cursor" in (await asked(house, {"sortBy": "Gift Id", "descending": True}, take=1)).headers


async def test_a_name_to_sort_by_that_nobody_knows_is_told(shared_house: House) -> None:
    answer = await asked(shared_house, {"sortBy": "Shoe Size"})
    assert answer.status_code == 200
    assert "sortBy=Shoe%20Size" in answer.headers["X-Ignored-Fields"]


async def test_everything_wrong_is_named_with_what_could_be(shared_house: House) -> None:
    body = of("Gift Dat", "Is", "Today")
    body["groups"][0]["conditions"].append({"parameter": "Amount", "operator": "Is", "value": "much"})
    answer = await asked(shared_house, body, take=1001)
    fields = {"take", "groups[0].conditions[0].parameter", "groups[0].conditions[1].value"}
    assert_refused("crm", answer, 400, "BAD_REQUEST", fields)
    assert "Gift Date" in answer.text


async def test_a_name_that_no_project_has_is_refused_rather_than_answered_with_nothing(
    shared_house: House,
) -> None:
    body = of("Project Name", "Is", "Clean Watr")
    body["groups"][0]["conditions"].append(
        {"parameter": "Project Code", "operator": "In", "values": ["GENERAL", "NO"]}
    )
    fields = {"groups[0].conditions[0].value", "groups[0].conditions[1].value"}
    assert_refused("crm", await asked(shared_house, body), 400, "BAD_REQUEST", fields)
    for operator in ("Is Not", "Starts With"):
        assert (await asked(shared_house, of("Project Name", operator, "Clean Watr"))).status_code == 200


async def test_what_has_a_wrong_type_is_told_together_with_what_is_unknown(shared_house: House) -> None:
    body = {
        "groups": [
            {"conditions": [{"parameter": 7, "operator": "Is"}, {"parameter": "Shoe", "operator": "Is"}]}
        ]
    }
    fields = {"groups[0].conditions[0].parameter", "groups[0].conditions[1].parameter"}
    assert_refused("crm", await asked(shared_house, body), 422, "VALIDATION_FAILED", fields)


async def test_the_gifts_of_others_are_not_found(house: House) -> None:
    await given(house, 10)
    gift_id = (await asked(house)).json()["list"][0]["id"]
    other = await house.another_tenant()
    answer = await other.crm.call("POST", QUERY, json=of("Gift Id", "Is", gift_id))
    assert (answer.status_code, answer.json()["total"]) == (200, 0)


async def test_full_gifts_are_told_as_one_is_read(house: House) -> None:
    await given(house, 10)
    (full,) = (await house.tenant.crm.call("POST", f"{QUERY}/FullGift", json={})).json()["list"]
    assert full == await house.tenant.crm.get(f"/crm/api/Gift/{full['id']}")


async def test_hundreds_of_groups_are_answered(house: House) -> None:
    await given(house, 10)
    gift = (await asked(house)).json()["list"][0]
    condition = {"operator": "Is", "parameter": "Contact Id"}
    mixed = [
        {"conditions": [condition | {"value": str(n)}, {"parameter": "Private", "operator": "IsFalse"}]}
        for n in range(300)
    ]
    wanted = {"conditions": [condition | {"value": gift["contactId"]}]}
    answer = await asked(house, {"groups": [*mixed, wanted]})
    assert answer.json()["total"] == 1


async def test_a_query_reads_what_was_just_given(house: House) -> None:
    await given(house, 12.34)
    assert amounts(await asked(house, of("Amount", "Is", "12.34"))) == ["$12.34"]


@pytest.mark.parametrize("way", ["by cursor", "by Gift Id GreaterThan"])
async def test_a_full_sweep_of_a_thousand_a_page_meets_each_gift_that_stands_still_once(
    house: House, rows: OwnRows, way: str
) -> None:
    """Gifts arrive, and others change, while the pages are asked for, with each page more of both."""
    await given(house, 10)
    (first,) = [row["id"] for row in await rows.fetch("SELECT id FROM crm.gift WHERE organization_id = $1")]
    await many_like(house, first, 2_500)
    still = {row["id"] for row in await rows.fetch("SELECT id FROM crm.gift WHERE organization_id = $1")}
    met: list[int] = []
    body: dict[str, Any] = {"sortBy": "Gift Id"}
    query: dict[str, Any] = {"take": 1000}
    while True:
        page = await asked(house, body, **query)
        ids = [row["id"] for row in page.json()["list"]]
        met += ids
        if len(met) < 5_000:
            await many_like(house, first, 200)
        if way == "by cursor":
            if (cursor := page.headers.get("X-Next-Cursor")) is None:
                break
            query["cursor"] = cursor
        elif len(ids) < query["take"]:
            break
        else:
            body = of("Gift Id", "GreaterThan", str(ids[-1])) | {"sortBy": "Gift Id"}
    assert len(met) == len(set(met)) and met == sorted(met)
    assert still <= set(met)


async def many_like(house: House, gift_id: int, count: int) -> None:
    """So many gifts more, each like one that is there, written at once."""
    async with as_owner(house.app.db, house.tenant.id) as tx:
        await tx.conn.execute(
            """INSERT INTO crm.gift (organization_id, contact_id, gift_type, gift_on, amount_minor, currency, designation_ids,
                designation_project_ids, designation_minor, is_private, created_at, modified_at, version)
            SELECT g.organization_id, g.contact_id, g.gift_type, g.gift_on, g.amount_minor, g.currency,
                ARRAY[nextval('crm.gift_designation_id_seq')], g.designation_project_ids, g.designation_minor, false,
                g.created_at, g.modified_at, 1
            FROM crm.gift g CROSS JOIN generate_series(1, $3) WHERE g.organization_id = $1 AND g.id = $2""",
            house.tenant.id,
            gift_id,
            count,
        )


async def test_a_page_out_of_range_is_refused_wherever_it_is_said(house: House) -> None:
    for body, query in (
        ({"take": 1001}, {}),
        ({"take": 1001}, {"take": 0}),
        ({}, {"take": 1001}),
        ({"take": -1}, {"take": 5}),
    ):
        assert_refused("crm", await asked(house, body, **query), 400, "BAD_REQUEST", {"take"})


async def test_a_type_is_told_alike_everywhere_and_found_by_both_spellings(house: House) -> None:
    """client-facts.md 25: `giftType` and `giftTypeFormatted` are both the display name."""
    contact_id, _ = await taken(house)
    split = [{"projectCode": "GENERAL", "amountDesignated": 5}]
    said = {"contactId": contact_id, "amount": 5, "giftDesignations": split, "giftDate": "2026-01-01"}
    crm = house.tenant.crm
    for spelling in ("NonCash", "Non-Cash"):
        made = await crm.post("/crm/api/Gift", {**said, "giftType": spelling})
        assert made["giftType"] == made["giftTypeFormatted"] == "Non-Cash"
        condition = {"parameter": "Gift Type", "operator": "Is", "value": spelling}
        asked = {"groups": [{"conditions": [condition]}], "sortBy": "Id", "descending": True}
        for what in ("Gift", "GiftDesignation"):
            row = (await crm.post(f"/crm/api/{what}/Query", asked))["list"][0]
            assert (row["giftType"], row.get("giftId", row["id"])) == ("Non-Cash", made["id"])


@pytest.mark.parametrize("what", ["Gift", "GiftDesignation"])
async def test_gifts_are_sorted_by_the_days_of_their_receipts(house: House, what: str) -> None:
    contact_id, _ = await taken(house)
    split = [{"projectCode": "GENERAL", "amountDesignated": 5}]
    said = {"contactId": contact_id, "amount": 5, "giftDesignations": split}
    crm = house.tenant.crm
    ids = {
        day: (await crm.post("/crm/api/Gift", {**said, "receiptDate": day}))["id"]
        for day in ("2026-03-09", "2026-10-01", "2025-12-31")
    }
    asked = {
        "groups": [{"conditions": [{"parameter": "Receipt Date", "operator": "IsKnown"}]}],
        "sortBy": "ReceiptDate",
    }
    for descending in (False, True):
        answer = await crm.call("POST", f"/crm/api/{what}/Query", json={**asked, "descending": descending})
        told = [row.get("giftId", row["id"]) for row in answer.json()["list"]]
        assert told == [ids[day] for day in sorted(ids, reverse=descending)]
        assert "X-Ignored-Fields" not in answer.headers
