"""Bodies that break rules: every broken field named at once in the product's dialect, and nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.refusals import api, assert_invalid, assert_refused
from tests.support.house import House, give_body

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("unchanged")]

GIVE, CAMPAIGN, PROJECT = "/raise/api/Raise/give", "/raise/api/Campaign", "/raise/api/Project"
CRM_PROJECT = "/crm/api/Project"
CAMPAIGN_BODY = {"name": "Autumn", "startDate": "2024-09-01T00:00:00Z"}
TOO_MUCH = "9" * 20

BAD_AMOUNTS: dict[str, Any] = {
    "negative": -5,
    "a cent below zero": "-0.01",
    "zero": 0,
    "zero with places": "0.00",
    "a third decimal place": "10.001",
    "half a cent of many": 1.005,
    "beyond what a gift may be": TOO_MUCH,
    "an exponent": "1e400",
    "a tiny exponent": "1e-400",
    "a huge exponent": "1e999999999",
    "not a number": "NaN",
    "a signalling not a number": "sNaN",
    "infinite": "-Infinity",
    "words": "fifty",
    "empty": "",
    "with a currency sign": "$50",
    "with a thousands comma": "1,000",
    "null": None,
    "true": True,
    "a list": [5],
    "an object": {"value": 5},
}


@pytest.mark.parametrize("amount", BAD_AMOUNTS.values(), ids=BAD_AMOUNTS)
async def test_a_bad_amount_is_refused(shared_house: House, amount: Any) -> None:
    answer = await api(shared_house, "raise").call("POST", GIVE, json=give_body(amount))
    assert_invalid("raise", answer, {"amount"})


async def test_yen_have_no_decimal_places(shared_house: House) -> None:
    answer = await api(shared_house, "raise").call("POST", GIVE, json=give_body(10.5, currencyCode="JPY"))
    assert_invalid("raise", answer, {"amount"})


BAD_GIFTS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a currency nobody has": ({"currencyCode": "XXZ"}, {"currencyCode"}),
    "a currency in words": ({"currencyCode": "dollars"}, {"currencyCode"}),
    "no such payment type": ({"paymentMethodType": 15}, {"paymentMethodType"}),
    "a payment type below zero": ({"paymentMethodType": -1}, {"paymentMethodType"}),
    "a payment type in words": ({"paymentMethodType": "card"}, {"paymentMethodType"}),
    "no such card": ({"paymentMethodId": "tok_nobody"}, {"paymentMethodId"}),
    "no card": ({"paymentMethodId": ""}, {"paymentMethodId"}),
    "a NUL character": ({"notes": "a\x00b"}, {"notes"}),
    "a lone surrogate": ({"comment": "\ud800"}, {"comment"}),
    "a lone surrogate below": ({"donor": {"firstName": "\udfff"}}, {"donor.firstName"}),
    "a text too long": ({"notes": "x" * 4001, "segmentCode": "x" * 101}, {"notes", "segmentCode"}),
    "a number for a text": ({"notes": 5}, {"notes"}),
    "a text for a switch": ({"isAnonymous": "perhaps"}, {"isAnonymous"}),
    "a list for an object": ({"projects": {"code": "GENERAL"}}, {"projects"}),
    "an id beyond bigint": ({"campaignId": 2**63}, {"campaignId"}),
    "an id far beyond bigint": ({"campaignId": 10**40}, {"campaignId"}),
    "an id of zero": ({"campaignId": 0}, {"campaignId"}),
    "an id below zero": ({"projects": [{"projectId": -1}]}, {"projects[0].projectId"}),
    "an id with a fraction": ({"campaignId": 1.5}, {"campaignId"}),
    "an unknown campaign": ({"campaignId": 999_999_999}, {"campaignId"}),
    "an unknown project": ({"projects": [{"projectId": 999_999_999}]}, {"projects[0].projectId"}),
    "an unknown project code": ({"projects": [{"code": "no such fund"}]}, {"projects[0].code"}),
    "a project without a name": ({"projects": [{"amount": 50}]}, {"projects[0].projectId"}),
    "a split without amounts": (
        {"projects": [{"code": "GENERAL"}, {"code": "GENERAL"}]},
        {"projects[0].amount", "projects[1].amount"},
    ),
    "a split short of a cent": (
        {"projects": [{"code": "GENERAL", "amount": 20}, {"code": "GENERAL", "amount": "29.99"}]},
        {"projects"},
    ),
    "a split with a negative part": (
        {"projects": [{"code": "GENERAL", "amount": 60}, {"code": "GENERAL", "amount": -10}]},
        {"projects[1].amount"},
    ),
    "a split with an empty part": (
        {"projects": [{"code": "GENERAL", "amount": 50}, {"code": "GENERAL", "amount": 0}]},
        {"projects[1].amount"},
    ),
    "a single part that is not the whole": ({"projects": [{"code": "GENERAL", "amount": 49}]}, {"projects"}),
    "too many parts": ({"projects": [{"code": "GENERAL", "amount": 1}] * 51}, {"projects"}),
    "a part that is null": ({"projects": [None]}, {"projects[0]"}),
    "no e-mail address": ({"donor": {"email": "ada"}}, {"donor.email"}),
    "a blank e-mail address": ({"donor": {"email": "  "}}, {"donor.email"}),
    "an organization without a name": ({"donor": {"isOrganization": True}}, {"donor.organizationName"}),
    "half a source key": ({"transactionId": "7"}, {"transactionSource"}),
    "half a source key of the donor": ({"donor": {"sourceSystem": "old"}}, {"donor.sourceKey"}),
    "a day that is none": ({"date": "2024-02-30"}, {"date"}),
    "a day to come": ({"date": "2999-01-01"}, {"date"}),
    "a day in words": ({"date": "yesterday"}, {"date"}),
    "a recurring gift, which comes later": ({"isRecurring": True}, {"isRecurring"}),
}


@pytest.mark.parametrize(("change", "fields"), BAD_GIFTS.values(), ids=BAD_GIFTS)
async def test_a_bad_field_of_a_gift_is_named(
    shared_house: House, change: dict[str, Any], fields: set[str]
) -> None:
    answer = await api(shared_house, "raise").call("POST", GIVE, content=json.dumps(give_body(**change)))
    assert_invalid("raise", answer, fields)


async def test_wrong_types_in_a_gift_are_named_all_at_once(shared_house: House) -> None:
    body = {
        "amount": "x",
        "paymentMethodId": 5,
        "campaignId": "x",
        "projects": [{"projectId": "x"}, 7],
        "donor": {"email": 1},
    }
    answer = await api(shared_house, "raise").call("POST", GIVE, json=body)
    unread = {
        "amount",
        "paymentMethodId",
        "campaignId",
        "projects[0].projectId",
        "projects[1]",
        "donor.email",
    }
    assert_invalid("raise", answer, {*unread, "projects[0].amount"})  # each part of a split needs one


async def test_broken_rules_of_a_gift_are_named_all_at_once(shared_house: House) -> None:
    body = give_body(
        -1, currencyCode="?", isRecurring=True, date="2999-01-01", transactionId="7", projects=[{}]
    )
    answer = await api(shared_house, "raise").call("POST", GIVE, json={**body, "donor": {}})
    named = {
        "amount",
        "currencyCode",
        "isRecurring",
        "date",
        "transactionSource",
        "projects[0].projectId",
        "donor.email",
    }
    assert_invalid("raise", answer, named)


async def test_unknown_references_of_a_gift_are_named_all_at_once(shared_house: House) -> None:
    projects = [{"code": "no such fund", "amount": 20}, {"projectId": 999_999_999, "amount": 30}]
    body = give_body(campaignId=999_999_999, projects=projects)
    answer = await api(shared_house, "raise").call("POST", GIVE, json=body)
    assert_invalid("raise", answer, {"campaignId", "projects[0].code", "projects[1].projectId"})


async def test_an_empty_object_is_told_what_it_lacks(shared_house: House) -> None:
    caller = api(shared_house, "raise")
    assert_invalid("raise", await caller.call("POST", GIVE, json={}), {"amount", "paymentMethodId", "donor"})
    assert_invalid("raise", await caller.call("POST", CAMPAIGN, json={}), {"name", "startDate"})
    assert_invalid("raise", await caller.call("POST", PROJECT, json={}), {"name", "code"})
    assert_invalid("crm", await api(shared_house, "crm").call("POST", CRM_PROJECT, json={}), {"name"})


async def test_a_gift_without_a_donor_is_refused(shared_house: House) -> None:
    answer = await api(shared_house, "raise").call("POST", GIVE, json={**give_body(), "donor": None})
    assert_invalid("raise", answer, {"donor"})


DECLINED = {
    "tok_declined": "Card declined",
    "tok_expired": "Card expired",
    "tok_invalid_number": "Invalid card number",
    "tok_insufficient_funds": "Insufficient funds",
    "tok_issuer_unavailable": "Issuer unavailable",
    "tok_gateway_timeout": "Gateway timeout",
}


@pytest.mark.parametrize(("card", "reason"), DECLINED.items())
async def test_a_declined_card_makes_no_gift_and_says_why(
    shared_house: House, card: str, reason: str
) -> None:
    answer = await api(shared_house, "raise").call("POST", GIVE, json=give_body(paymentMethodId=card))
    assert_refused("raise", answer, 400, "PAYMENT_DECLINED", set())
    assert answer.json()["detail"] == reason


BAD_CAMPAIGNS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a blank name": ({"name": "  "}, {"name"}),
    "a name too long": ({"name": "x" * 151}, {"name"}),
    "a start that is no instant": ({"startDate": "soon"}, {"startDate"}),
    "a start no calendar has": ({"startDate": "2024-13-01T00:00:00Z"}, {"startDate"}),
    "a start that is in year 10000 elsewhere": ({"startDate": "9999-12-31T23:59:59-14:00"}, {"startDate"}),
    "a start that is before year 1 elsewhere": ({"startDate": "0001-01-01T00:00:00+14:00"}, {"startDate"}),
    "an end before the start": ({"endDate": "2024-08-31T00:00:00Z"}, {"endDate"}),
    "a goal below zero": ({"givingGoal": -1}, {"givingGoal"}),
    "a goal too precise": ({"givingGoal": "1.001"}, {"givingGoal"}),
    "a goal too large": ({"givingGoal": TOO_MUCH}, {"givingGoal"}),
    "a count of gifts below zero": ({"totalGiftGoal": -1}, {"totalGiftGoal"}),
    "a NUL in the CRM key": ({"crmKey": "\x00"}, {"crmKey"}),
    "several at once": (
        {"name": " ", "givingGoal": -1, "endDate": "2024-08-31T00:00:00Z"},
        {"name", "givingGoal", "endDate"},
    ),
}


@pytest.mark.parametrize(("change", "fields"), BAD_CAMPAIGNS.values(), ids=BAD_CAMPAIGNS)
async def test_a_bad_field_of_a_campaign_is_named(
    shared_house: House, change: dict[str, Any], fields: set[str]
) -> None:
    answer = await api(shared_house, "raise").call("POST", CAMPAIGN, json=CAMPAIGN_BODY | change)
    assert_invalid("raise", answer, fields)


async def test_a_giving_project_needs_a_name_and_a_code(shared_house: House) -> None:
    answer = await api(shared_house, "raise").call("POST", PROJECT, json={"name": " ", "code": "\t"})
    assert_invalid("raise", answer, {"name", "code"})


BAD_CRM_PROJECTS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a blank name": ({"name": "  "}, {"name"}),
    "a code too long": ({"projectCode": "x" * 101}, {"projectCode"}),
    "an unknown parent": ({"parentId": 999_999_999}, {"parentId"}),
    "a parent beyond bigint": ({"parentId": 2**63}, {"parentId"}),
    "a parent below zero": ({"parentId": -1}, {"parentId"}),
    "a day that is none": ({"startDate": "2024-02-30"}, {"startDate"}),
    "an end before the start": ({"startDate": "2024-02-01", "endDate": "1/31/2024"}, {"endDate"}),
    "a balance too precise": ({"beginningBalance": "0.001"}, {"beginningBalance"}),
    "a balance too large": ({"beginningBalance": TOO_MUCH}, {"beginningBalance"}),
    "a balance that is no number": ({"beginningBalance": "NaN"}, {"beginningBalance"}),
    "a need below zero": ({"financialNeedAmount": -1}, {"financialNeedAmount"}),
    "wrong types": ({"name": 1, "isPublic": 7, "parentId": []}, {"name", "isPublic", "parentId"}),
    "a lone surrogate": ({"description": "\udc00"}, {"description"}),
}


@pytest.mark.parametrize(("change", "fields"), BAD_CRM_PROJECTS.values(), ids=BAD_CRM_PROJECTS)
async def test_a_bad_field_of_a_crm_project_is_named(
    shared_house: House, change: dict[str, Any], fields: set[str]
) -> None:
    answer = await api(shared_house, "crm").call(
        "POST", CRM_PROJECT, content=json.dumps({"name": "Wells"} | change)
    )
    assert_invalid("crm", answer, fields)


async def test_a_project_code_is_taken_in_any_case(shared_house: House) -> None:
    giving = {"name": "Other", "code": "general"}
    crm = {"name": "Other", "projectCode": "general"}
    taken = await api(shared_house, "raise").call("POST", PROJECT, json=giving)
    assert_refused("raise", taken, 409, "PROJECT_CODE_TAKEN", {"code"})
    taken = await api(shared_house, "crm").call("POST", CRM_PROJECT, json=crm)
    assert_refused("crm", taken, 409, "PROJECT_CODE_TAKEN", {"projectCode"})


async def test_an_unknown_kind_of_record_has_no_sync_state(shared_house: House) -> None:
    answer = await api(shared_house, "raise").call("GET", "/raise/api/Sync/campaign/1")
    assert_invalid("raise", answer, {"entity"})


@pytest.mark.parametrize("value", ["perhaps", "", "2"])
async def test_a_switch_in_the_query_is_true_or_false(shared_house: House, value: str) -> None:
    path = "/crm/api/Project/1/Active"
    answer = await api(shared_house, "crm").call("PUT", path, params={"active": value})
    assert_invalid("crm", answer, {"active"})


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("name", "meant"), [("currency", "currencyCode"), ("testMode", "isTestMode"), ("projectId", "projects")]
)
async def test_a_name_that_is_mistaken_for_one_about_money_is_refused(
    shared_house: House, name: str, meant: str
) -> None:
    answer = await api(shared_house, "raise").call("POST", GIVE, json={**give_body(25), name: "EUR"})
    assert_invalid("raise", answer, {name})
    assert meant in answer.text
