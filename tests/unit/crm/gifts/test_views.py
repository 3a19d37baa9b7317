"""A gift has exactly the documented keys, and writes money and days as documented."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from almoner.crm.gifts.rows import row_pieces, row_view
from almoner.crm.gifts.rules import type_name
from almoner.crm.gifts.views import gift_pieces, gift_teller
from almoner.platform.http import encode_json
from almoner.platform.wire import View

NOW = datetime(2023, 12, 7, 16, 10, 47, 17_000, tzinfo=UTC)

GIFT_KEYS = """id transactionSource transactionId contactId contactName contactUrl giftType giftTypeFormatted giftDate
giftDateFormatted amount amountFormatted currencyCode exchangeRate baseCurrencyCode batch createDateTimeUtc
createdByUser modifiedDateTimeUtc modifiedByUser segmentId segment segmentCode segmentUrl mediaOutletId mediaOutlet
grantId grant grantUrl notes tribute tributeId tributeType acknowledgeeIndividualId receiptDate receiptDateFormatted
contactPassthroughId contactPassthroughUrl contactIndividualId cashAccountingCode giftAskId contactMembershipId
giftDesignations giftPremiums pledgePayments recurringGiftPayments giftUrl isPrivate isTaxDeductible customFields
isAcknowledgedGift acknowledgementDate acknowledgementNotes"""
ADDED_KEYS = (
    "plannedGiftId sourceRaiseGiftId origin tributeDescription typeDetails giftPassthroughs receiptSegmentId"
)
DESIGNATION_KEYS = """id projectId project projectCode externalAccountingCode projectType projectLocation projectUrl
amountDesignated display isTaxDeductible"""
GIFT_ROW_KEYS = """id contactId contactIndividualId giftType giftDate amount segment batch giftUrl culture
currencyCode exchangeRate baseCurrencyCode"""

PARTS = [
    {
        "id": 1,
        "project_id": 311,
        "project": "Clean Water",
        "project_code": "CLEAN-WATER",
        "external_accounting_code": "5101-001",
        "project_type": "Program",
        "project_location": "International",
        "amount_minor": 30_000,
        "is_tax_deductible": True,
    },
    {
        "id": 2,
        "project_id": 312,
        "project": "Education",
        "project_code": "EDUCATION",
        "external_accounting_code": None,
        "project_type": None,
        "project_location": None,
        "amount_minor": 20_000,
        "is_tax_deductible": False,
    },
]
GIFT: dict[str, Any] = {
    "id": 9,
    "contact_id": 4,
    "contact_name": "Ada Example",
    "contact_individual_id": None,
    "gift_type": "EFT",
    "gift_on": date(2023, 12, 7),
    "amount_minor": 50_000,
    "currency": "USD",
    "transaction_source": "RaiseDonors",
    "transaction_id": "31",
    "batch": None,
    "segment_id": None,
    "segment": None,
    "segment_code": None,
    "own_segment_code": None,
    "notes": None,
    "is_private": False,
    "is_tax_deductible": True,
    "created_at": NOW,
    "modified_at": NOW,
    "origin": json.dumps({"raiseGiftId": 31, "campaignId": 2, "campaignName": "Year-End"}),
    "designations": json.dumps(PARTS),
    "tribute_id": 5,
    "tribute_type": "InMemoryOf",
    "tribute_first_name": "Bo",
    "tribute_last_name": "Example",
    "tribute_description": None,
    "acknowledgee_individual_id": 6,
    "premiums": json.dumps(
        [{"id": 7, "premium_id": 8, "premium": "Tote Bag", "quantity": 2, "is_returned": False}]
    ),
    "told_custom_values": None,
    "applied": None,
    "details": "{}",
    "passthrough_contact_ids": [],
    "passthrough_minor": [],
}


def sent(view: View) -> dict[str, Any]:
    """What goes out, with its numbers exact."""
    return dict(json.loads(encode_json(view), parse_float=Decimal))


def test_a_gift_has_the_documented_keys_and_two_additive_ones() -> None:
    gift = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))(GIFT))
    assert set(gift) == {*GIFT_KEYS.split(), *ADDED_KEYS.split()}
    assert all(set(part) == set(DESIGNATION_KEYS.split()) for part in gift["giftDesignations"])


def test_a_gift_writes_money_and_days_in_both_forms() -> None:
    gift = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))(GIFT))
    assert (str(gift["amount"]), gift["amountFormatted"]) == ("500.00", "$500.00")
    assert (gift["giftDate"], gift["giftDateFormatted"]) == ("2023-12-07T00:00:00", "12/7/2023")
    assert gift["createDateTimeUtc"] == "2023-12-07T16:10:47.017"
    assert gift["giftType"] == gift["giftTypeFormatted"] == "Electronic Funds Transfer"
    assert [str(part["amountDesignated"]) for part in gift["giftDesignations"]] == ["300.00", "200.00"]


def test_a_gift_tells_what_its_giver_got_and_whom_it_honours() -> None:
    gift = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))(GIFT))
    assert (gift["tribute"], gift["tributeType"]) == ("In Memory Of Bo Example", "In Memory Of")
    assert gift["giftPremiums"] == [
        {
            "id": 7,
            "premiumId": 8,
            "premium": "Tote Bag",
            "premiumUrl": "https://crm.example.org/api/Premium/8",
            "quantity": 2,
            "display": "Tote Bag (2)",
            "isReturned": False,
        }
    ]
    nothing = dict.fromkeys(
        ("tribute_id", "tribute_type", "tribute_first_name", "tribute_last_name", "premiums")
    )
    plain = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))({**GIFT, **nothing}))
    assert (plain["tribute"], plain["tributeType"], plain["giftPremiums"]) == (None, None, [])


def test_a_gift_tells_the_giving_record_it_came_from() -> None:
    gift = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))(GIFT))
    assert gift["sourceRaiseGiftId"] == 31
    assert gift["origin"] == {
        "raiseGiftId": 31,
        "campaignId": 2,
        "campaignName": "Year-End",
        "formId": None,
        "formName": None,
        "segmentId": None,
        "segmentName": None,
        "segmentCode": None,
        "motivationCode": None,
        "coveredCosts": None,
        "premiumCode": None,
    }
    elsewhere = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))({**GIFT, "origin": None}))
    assert (elsewhere["sourceRaiseGiftId"], elsewhere["origin"]) == (None, None)


def test_no_exchange_rate_is_claimed_for_another_currency() -> None:
    assert sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))(GIFT))["exchangeRate"] == 1
    foreign = sent(gift_teller(gift_pieces("USD", "https://crm.example.org"))({**GIFT, "currency": "EUR"}))
    assert (foreign["exchangeRate"], foreign["currencyCode"], foreign["baseCurrencyCode"]) == (
        None,
        "EUR",
        "USD",
    )


def test_a_gift_row_is_formatted_text() -> None:
    row = sent(row_view({**GIFT, "amount_minor": 1_050}, row_pieces("USD", "https://crm.example.org")))
    assert set(row) == set(GIFT_ROW_KEYS.split())
    assert (row["giftDate"], row["amount"], row["giftUrl"]) == (
        "12/7/2023",
        "$10.50",
        "https://crm.example.org/api/Gift/9",
    )


@pytest.mark.parametrize(("stored", "name"), [("Cash", "Cash"), ("NonCash", "Non-Cash"), ("Stock", "Stock")])
def test_gift_types_have_names(stored: str, name: str) -> None:
    assert type_name(stored) == name
