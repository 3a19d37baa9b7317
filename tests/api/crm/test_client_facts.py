"""What real clients of the original rely on (client-facts.md), fact by fact, against a gift that came through the sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.house import House

pytestmark = pytest.mark.anyio

ADDRESS = {
    "address1": "1 Way",
    "city": "Bloomington",
    "state": "Indiana",
    "postal": "47401",
    "country": "US",
}
AUDIT = {"createdByUser", "modifiedByUser", "createDateTimeUtc", "modifiedDateTimeUtc"}


@dataclass(frozen=True)
class World:
    """A giver with an address, and a gift of theirs, both in the CRM."""

    house: House
    contact_id: int
    gift_id: int
    raise_gift_id: int
    contact: dict[str, Any]
    gift: dict[str, Any]
    row: dict[str, Any]
    raised: dict[str, Any]

    def __getitem__(self, place: str) -> Any:
        """A place of the answers: `contact address`, `gift`, `row`."""
        return {
            "contact": self.contact,
            "contact address": self.contact["address"],
            "contact method": self.contact["contactIndividuals"][0]["contactMethods"][0],
            "individual": self.contact["contactIndividuals"][0],
            "gift": self.gift,
            "gift row": self.row,
            "raise gift": self.raised,
        }[place]


@pytest.fixture
async def world(house: House) -> World:
    """What the facts are looked for in."""
    tenant = house.tenant
    given = await tenant.give(60, phone="555-0100", donor={**ADDRESS, "phone": "555-0100"})
    await house.settle()
    crm = tenant.crm
    gift = await crm.get(f"/crm/api/Gift/RaiseDonors/{given['id']}")
    page = await crm.get(f"/crm/api/Gift/ByContact/{gift['contactId']}")
    return World(
        house,
        gift["contactId"],
        gift["id"],
        given["id"],
        await crm.get(f"/crm/api/Contact/{gift['contactId']}"),
        gift,
        page["list"][0],
        await tenant.raise_.get(f"/raise/api/Gift/{given['id']}"),
    )


VALUES: dict[str, tuple[str, dict[str, Any]]] = {
    "1: the state is a code": ("contact address", {"state": "IN"}),
    "1: the country is a full name": ("contact address", {"country": "United States"}),
    "3: rows tell both currencies and the rate": (
        "gift row",
        {"currencyCode": "USD", "baseCurrencyCode": "USD", "exchangeRate": 1.0},
    ),
    "6: an individual has texts that are empty": (
        "individual",
        {"prefix2": "", "preMarriageName": "", "nickname": "", "deceasedDate": ""},
    ),
    "7: a gift says that nobody was thanked": (
        "gift",
        {"isAcknowledgedGift": False, "acknowledgementDate": None, "acknowledgementNotes": ""},
    ),
    "full gifts have exact amounts": ("gift", {"amount": 60.0, "amountFormatted": "$60.00", "notes": ""}),
    "17: a gift of giving has flags that are false": (
        "raise gift",
        {"giftAidRequested": False, "donorPaidCosts": False},
    ),
}
KEYS = {
    "6: a contact has four more names": (
        "contact",
        {
            "formalContactName",
            "alternateContactName",
            "preferredSalutationName",
            "preferredAddresseeName",
        },
    ),
    "6: who and when in an address": ("contact address", AUDIT),
    "6: who and when in a contact method": ("contact method", AUDIT),
    "6: who and when in an individual": ("individual", AUDIT),
    "17: keys of a gift of giving": (
        "raise gift",
        {
            "segmentName",
            "paymentProviderTransactionUrl",
            "billingName",
            "shippingName",
            "billingAddress",
            "shippingAddress",
            "submissionUrl",
            "browserInfo",
        },
    ),
}


@pytest.mark.parametrize("fact", VALUES)
async def test_it_tells(world: World, fact: str) -> None:
    place, wanted = VALUES[fact]
    assert {name: world[place].get(name, "missing") for name in wanted} == wanted


@pytest.mark.parametrize("fact", KEYS)
async def test_it_has_the_keys(world: World, fact: str) -> None:
    place, wanted = KEYS[fact]
    assert wanted <= world[place].keys()


@pytest.mark.parametrize("place", ["contact", "contact address", "contact method", "individual", "gift"])
async def test_8_who_did_it_is_always_a_text(world: World, place: str) -> None:
    told = world[place]
    assert all(isinstance(told[name], str) and told[name] for name in ("createdByUser", "modifiedByUser"))


@pytest.mark.parametrize("source", ["RaiseDonors", "raisedonors", "RAISEDONORS"])
async def test_9_a_source_is_found_in_any_case(world: World, source: str) -> None:
    crm = world.house.tenant.crm
    gift = await crm.get(f"/crm/api/Gift/{source}/{world.raise_gift_id}")
    contact = await crm.get(f"/crm/api/Contact/{source}/{world.raised['donorId']}")
    found = await crm.get(
        "/crm/api/Contact/Find", referenceSource=source, referenceId=str(world.raised["donorId"])
    )
    assert (gift["id"], contact["id"], found["id"]) == (world.gift_id, world.contact_id, world.contact_id)


async def test_9_another_source_is_still_another(world: World) -> None:
    for path in (f"Gift/Raise/{world.raise_gift_id}", f"Contact/Raise/{world.raised['donorId']}"):
        assert (await world.house.tenant.crm.call("GET", f"/crm/api/{path}")).status_code == 404


async def test_4_and_5_a_page_is_of_ten_and_more_than_a_thousand_is_refused(house: House) -> None:
    tenant = house.tenant
    for number in range(12):
        await tenant.give(number + 1)
    await house.settle()
    (contact,) = {row["contactId"] for row in (await tenant.crm.post("/crm/api/Gift/Query", {}))["list"]}
    page = await tenant.crm.get(f"/crm/api/Gift/ByContact/{contact}")
    assert (len(page["list"]), page["total"]) == (10, 12)
    for path in (
        f"Gift/ByContact/{contact}",
        f"ContactNote/ByContact/{contact}",
        f"RecurringGift/ByContact/{contact}",
    ):
        answer = await tenant.crm.call("GET", f"/crm/api/{path}?take=1001")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST"), path
        assert (await tenant.crm.call("GET", f"/crm/api/{path}?take=1000")).status_code == 200


@pytest.mark.parametrize(
    "query", ["skip=&take=", "take=%20", "sortBy=&descending=", "skip=&take=1&sortBy=id", "cursor=&take=5"]
)
async def test_15_a_parameter_that_is_blank_is_left_out(world: World, query: str) -> None:
    crm = world.house.tenant.crm
    listed = await crm.call("GET", f"/crm/api/Gift/ByContact/{world.contact_id}?{query}")
    asked = await crm.call("POST", f"/crm/api/Gift/Query?{query}", json={})
    raised = await world.house.tenant.raise_.call("GET", f"/raise/api/Gift/list?{query}")
    assert [listed.status_code, asked.status_code, raised.status_code] == [200] * 3
    assert listed.json()["list"] and asked.json()["list"] and raised.json()["items"]


REFUSED: dict[str, tuple[str, str, Any, int, str]] = {
    "14: a taken code": ("POST", "Project", {"name": "Wells", "projectCode": "general"}, 409, "CONFLICT"),
    "14: another method": ("DELETE", "Project/Query", None, 405, "BAD_REQUEST"),
    "nothing there": ("GET", "Gift/987654321", None, 404, "NOT_FOUND"),
    "a broken rule": ("POST", "Project", {"name": ""}, 422, "VALIDATION_FAILED"),
    "a query of what there is not": (
        "POST",
        "Gift/Query",
        {"groups": [{"conditions": [{"parameter": "Shoe Size", "operator": "Is", "value": "9"}]}]},
        400,
        "BAD_REQUEST",
    ),
    "5: too many records": ("POST", "Gift/Query", {"take": 5000}, 400, "BAD_REQUEST"),
}


@pytest.mark.parametrize("fact", REFUSED)
async def test_errors_have_a_known_code_two_sentences_and_no_list(house: House, fact: str) -> None:
    method, path, body, status, code = REFUSED[fact]
    answer = await house.tenant.crm.call(method, f"/crm/api/{path}", json=body)
    told = answer.json()
    assert (answer.status_code, told["error"]["code"]) == (status, code), answer.text
    assert told["error_description"] == told["message"] == told["error"]["message"]
    assert not {"items", "list"} & told.keys()


async def test_10_an_operation_that_is_missing_is_no_missing_record(house: House) -> None:
    for path in ("Contact/ByTag/1", "Contact/Receipts/1", "Gift/ByEvent/1"):
        answer = await house.tenant.crm.call("GET", f"/crm/api/{path}")
        assert answer.status_code == 501 or answer.json()["error"]["code"] != "NOT_FOUND", path


async def test_12_both_balances_of_a_new_project_are_free_of_each_other(house: House) -> None:
    body = {"name": "Wells", "beginningBalance": 0, "currentBalance": "123.123"[:6]}
    made = await house.tenant.crm.post("/crm/api/Project", body)
    assert (made["beginningBalance"], made["currentBalance"]) == (0, 123.12)


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("2026-01-01", "2026-01-01T05:00:00.000Z"),
        ("2026-01-01T00:00:00", "2026-01-01T05:00:00.000Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00.000Z"),
    ],
)
async def test_16_a_campaign_of_giving_may_start_on_a_day(house: House, written: str, reads: str) -> None:
    tenant = await house.another_tenant(time_zone="America/New_York")
    made = await tenant.raise_.post("/raise/api/Campaign", {"name": "Spring", "startDate": written})
    assert made["startDate"] == reads


# --- how queries are sent -----------------------------------------------------------------------------------------

GROUP = Callable[[World], list[dict[str, Any]]]


def one(parameter: str, operator: str, **more: Any) -> GROUP:
    """A query of one condition."""
    return lambda _: [{"conditions": [{"parameter": parameter, "operator": operator, **more}]}]


FOUND: dict[str, tuple[GROUP | None, dict[str, Any]]] = {
    "15: an id as a text, sorted by its display name": (
        one("Gift Id", "GreaterThan", value="0"),
        {"sortBy": "Gift Id", "descending": False},
    ),
    "15: groups may be absent": (None, {"sortBy": "Gift Id"}),
    "16: hundreds of groups": (
        lambda world: [
            {"conditions": [{"parameter": "Contact Id", "operator": "Is", "value": str(number)}]}
            for number in (*range(10**6, 10**6 + 500), world.contact_id)
        ],
        {},
    ),
    "16: hundreds of groups of two conditions": (
        lambda world: [
            {
                "conditions": [
                    {"parameter": "Contact Id", "operator": "Is", "value": number},
                    {"parameter": "Amount", "operator": "GreaterThan", "value": 1},
                ]
            }
            for number in (*range(10**6, 10**6 + 300), world.contact_id)
        ],
        {},
    ),
    "17: Is with several values and none": (one("Gift Type", "Is", values=["Cash", "Credit"]), {}),
    "17: a currency among several": (one("Currency Code", "Is", values=["EUR", "USD"]), {}),
    "17: a second value that is blank": (one("Amount", "GreaterThan", value="10", secondaryValue=""), {}),
    "17: no sort and no groups": (None, {}),
    "18: who has no attachment": (one("Has Attachment", "IsFalse"), {}),
    "18: sorted by when it changed": (None, {"sortBy": "LastModifiedDate", "descending": True}),
    "18: a transaction source": (one("Transaction Source", "Is", value="RaiseDonors"), {}),
}


@pytest.mark.parametrize("fact", FOUND)
async def test_a_query_as_clients_send_it_finds_the_gift(world: World, fact: str) -> None:
    groups, more = FOUND[fact]
    body = more if groups is None else {"groups": groups(world), **more}
    answer = await world.house.tenant.crm.call("POST", "/crm/api/Gift/Query?skip=0&take=1000", json=body)
    assert answer.status_code == 200, answer.text
    assert [row["id"] for row in answer.json()["list"]] == [world.gift_id]
    assert "x-ignored-fields" not in answer.headers


async def test_14_a_page_before_the_last_is_full_and_the_total_is_of_all(house: House) -> None:
    tenant = house.tenant
    for number in range(7):
        await tenant.give(number + 1, email=f"giver{number}@example.org")
    await house.settle()
    pages = [
        await tenant.crm.post(f"/crm/api/Gift/Query?skip={skip}&take=3", {"sortBy": "Amount"})
        for skip in (0, 3, 6, 9)
    ]
    assert [len(page["list"]) for page in pages] == [3, 3, 1, 0] and {page["total"] for page in pages} == {7}


# --- how gifts are entered ----------------------------------------------------------------------------------------


async def test_25_a_gift_written_as_texts_reads_back_as_sent(world: World) -> None:
    crm = world.house.tenant.crm
    body = {
        "contactId": str(world.contact_id),
        "amount": "12.5",
        "giftDate": "2024-12-07T18:30:00Z",
        "giftType": "Cash",
        "frequency": "Once",
        "isPrivate": True,
        "giftDesignations": [{"projectCode": "GENERAL", "amount": "12.5", "state": "Added"}],
    }
    made = await crm.post("/crm/api/Gift", body)
    assert made["giftType"] == made["giftTypeFormatted"] == "Cash"
    assert (made["contactName"], made["isPrivate"], made["amount"]) == (world.contact["name"], True, 12.5)
    assert made["giftDate"] == "2024-12-07T00:00:00" and made["recurringGiftPayments"] == []


async def test_33_many_gifts_are_answered_as_a_bare_list(world: World) -> None:
    part = {"projectCode": "GENERAL", "amount": 5}
    body = {"contactId": world.contact_id, "amount": 5, "giftDate": "2024-12-07", "giftDesignations": [part]}
    made = await world.house.tenant.crm.post("/crm/api/Gift/Bulk", [body, body])
    assert isinstance(made, list) and [gift["amount"] for gift in made] == [5.0, 5.0]


async def test_19_a_query_reads_what_was_just_written(world: World) -> None:
    crm = world.house.tenant.crm
    part = {"projectCode": "GENERAL", "amount": 7}
    made = await crm.post(
        "/crm/api/Gift",
        {"contactId": world.contact_id, "amount": 7, "giftDate": "2024-12-07", "giftDesignations": [part]},
    )
    body = {"groups": [{"conditions": [{"parameter": "Gift Id", "operator": "Is", "value": made["id"]}]}]}
    assert (await crm.post("/crm/api/Gift/Query", body))["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "there"),
    [
        ("POST", "/api/Pledge", "POST /api/v2/Pledge"),
        ("PUT", "/api/pledge/writeoff/7", "PUT /api/v2/Pledge/WriteOff/{pledgeId}"),
        ("PUT", "/api/v1/Pledge/WriteOff/7", "PUT /api/v2/Pledge/WriteOff/{pledgeId}"),
        ("GET", "/api/V2/Contact/7", "GET /api/Contact/{contactId}"),
        ("POST", "/api/Promise", None),
        ("GET", "/api/v2", None),
        ("GET", "/v2/Contact/7", None),
    ],
)
async def test_who_calls_another_version_is_told_where_the_operation_is(
    house: House, method: str, path: str, there: str | None
) -> None:
    answer = await house.tenant.crm.call(method, f"/crm{path}")
    assert answer.status_code == 404
    told = "There is no operation at this address." + ("" if there is None else f" There is {there}.")
    assert answer.json()["message"] == told
