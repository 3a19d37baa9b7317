"""The wire shapes have exactly the documented keys, and write money and days as documented."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from almoner.crm.contacts.rules import Address, Contact, Giving, Individual, Method, Reference
from almoner.crm.contacts.schemas import contact_view, followed_contact_view
from almoner.crm.gifts.rules import Designation, Gift, GiftSummary, Origin, type_name
from almoner.crm.gifts.schemas import gift_row, gift_view
from almoner.crm.projects.rules import Figures, Project
from almoner.crm.projects.schemas import project_balance, project_view
from almoner.platform.http import encode_json
from almoner.platform.wire import View

NOW = datetime(2023, 12, 7, 16, 10, 47, 17_000, tzinfo=UTC)

GIFT_KEYS = """id transactionSource transactionId contactId contactName contactUrl giftType giftTypeFormatted giftDate
giftDateFormatted amount amountFormatted currencyCode exchangeRate baseCurrencyCode batch createDateTimeUtc
createdByUser modifiedDateTimeUtc modifiedByUser segmentId segment segmentCode segmentUrl mediaOutletId mediaOutlet
grantId grant grantUrl notes tribute tributeId tributeType acknowledgeeIndividualId receiptDate receiptDateFormatted
contactPassthroughId contactPassthroughUrl contactIndividualId cashAccountingCode giftAskId contactMembershipId
giftDesignations giftPremiums pledgePayments recurringGiftPayments giftUrl isPrivate isTaxDeductible customFields"""
DESIGNATION_KEYS = """id projectId project projectCode externalAccountingCode projectType projectLocation projectUrl
amountDesignated display"""
GIFT_ROW_KEYS = """id contactId contactIndividualId giftType giftDate amount segment batch giftUrl culture
exchangeRate"""
CONTACT_KEYS = """id contactType isPrivate name informalName description website maritalStatus anniversaryMonth
anniversaryDay anniversaryYear mergedIntoContactId address giftAskAmount giftAskType lifeToDateGiving yearToDateGiving
lastGiftAmount lastGiftDate contactIndividuals contactGiftsUrl contactPassthroughGiftsUrl contactPlannedGiftsUrl
contactRecurringGiftsUrl contactImportantNotesUrl contactNotesUrl contactTagsUrl contactRelationshipsUrl
primaryAvatarUrl contactReferences originSegmentId originSegment createDateTimeUtc createdByUser modifiedDateTimeUtc
modifiedByUser tags organizationGroups customFields customCollections"""
INDIVIDUAL_KEYS = """id contactId prefix firstName middleName lastName suffix gender isPrimary canBePrimary isSecondary
canBeSecondary birthMonth birthDay birthYear birthDate approximateAge isDeceased passion avatarUrl contactMethods
createDateTimeUtc modifiedDateTimeUtc customFields customCollections"""
METHOD_KEYS = "id type value isOptedIn isPrimary canBePrimary"
ADDRESS_KEYS = """id label address1 address2 city state postal country isPrimary canBePrimary startMonth startDay
endMonth endDay"""
PROJECT_KEYS = """id name projectCode externalAccountingCode onlineDisplayName description photoUrl parentId parentName
isSubProject inventoryStatus type location isRestrictedToGiftSpecifications isLimitedToFinancialNeed isPublic isActive
isAvailableOnline isTaxDeductible treatAsAccountsPayable beginningBalance currentBalance financialNeedType
financialNeedFrequency financialNeedAmount startDate endDate durationType lifeToDateGiving lifeToDateGiftCount
lifeToDateGiversCount lifeToDateExpenseTotal calendarYearToDateGiving calendarYearToDateGiftCount
calendarYearToDateGiversCount calendarYearToDateExpenseTotal createDateTimeUtc createdByUser modifiedDateTimeUtc
modifiedByUser giftSpecifications customFields"""

GIFT = Gift(
    id=9,
    contact_id=4,
    contact_name="Ada Example",
    contact_individual_id=None,
    gift_type="EFT",
    gift_on=date(2023, 12, 7),
    amount_minor=50_000,
    currency="USD",
    transaction_source="RaiseDonors",
    transaction_id="31",
    batch=None,
    segment_code=None,
    notes=None,
    is_private=False,
    is_tax_deductible=True,
    created_at=NOW,
    modified_at=NOW,
    origin=Origin(raise_gift_id=31, campaign_id=2, campaign_name="Year-End"),
    designations=(
        Designation(1, 311, "Clean Water", "CLEAN-WATER", "5101-001", "Program", "International", 30_000),
        Designation(2, 312, "Education", "EDUCATION", None, None, None, 20_000),
    ),
)
CONTACT = Contact(
    id=4,
    contact_type="Household",
    name="Ada Example",
    informal_name="Ada Example",
    description=None,
    website=None,
    is_private=False,
    merged_into_id=None,
    created_at=NOW,
    modified_at=NOW,
    individuals=(
        Individual(
            5, 4, None, "Ada", None, "Example", None, True, NOW, NOW,
            (Method(6, 5, "Home Email", "ada@example.org", True, True),),
        ),
    ),
    address=Address(8, "Home", "1 Way", None, "Town", "MA", "02101", "United States", True),
    references=(Reference("RaiseDonors", "12"),),
    giving=Giving("USD", 123_450, 1_050, 1_050, "USD", date(2023, 12, 7)),
)  # fmt: skip
PROJECT = Project(
    id=311,
    name="Clean Water Initiative",
    project_code="CLEAN-WATER",
    external_accounting_code="5101-001",
    revenue_accounting_code=None,
    online_display_name="Clean Water",
    description=None,
    type="Program",
    location="International",
    inventory_status=None,
    parent_id=None,
    parent_name=None,
    is_public=True,
    is_active=True,
    is_available_online=True,
    is_tax_deductible=True,
    is_limited_to_financial_need=False,
    is_restricted_to_gift_specifications=False,
    treat_as_accounts_payable=False,
    beginning_balance_minor=-23_747_750,
    financial_need_minor=0,
    financial_need_type=None,
    financial_need_frequency=None,
    duration_type=None,
    start_on=date(2023, 12, 8),
    end_on=None,
    created_at=NOW,
    modified_at=NOW,
    currency="USD",
    given_minor=28_530_100,
    gift_count=1247,
)


def sent(view: View) -> dict[str, Any]:
    return dict(json.loads(encode_json(view), parse_float=Decimal))


def test_a_gift_has_the_documented_keys_and_two_additive_ones() -> None:
    gift = sent(gift_view(GIFT, "USD"))
    assert set(gift) == {*GIFT_KEYS.split(), "sourceRaiseGiftId", "origin"}
    assert all(set(part) == set(DESIGNATION_KEYS.split()) for part in gift["giftDesignations"])


def test_a_gift_writes_money_and_days_in_both_forms() -> None:
    gift = sent(gift_view(GIFT, "USD"))
    assert (str(gift["amount"]), gift["amountFormatted"]) == ("500.00", "$500.00")
    assert (gift["giftDate"], gift["giftDateFormatted"]) == ("2023-12-07T00:00:00", "12/7/2023")
    assert gift["createDateTimeUtc"] == "2023-12-07T16:10:47.017"
    assert (gift["giftType"], gift["giftTypeFormatted"]) == ("EFT", "Electronic Funds Transfer")
    assert [str(part["amountDesignated"]) for part in gift["giftDesignations"]] == ["300.00", "200.00"]


def test_a_gift_tells_the_giving_record_it_came_from() -> None:
    gift = sent(gift_view(GIFT, "USD"))
    assert gift["sourceRaiseGiftId"] == 31
    assert gift["origin"] == {
        "raiseGiftId": 31,
        "campaignId": 2,
        "campaignName": "Year-End",
        "segmentCode": None,
    }
    elsewhere = sent(gift_view(replace(GIFT, origin=None), "USD"))
    assert (elsewhere["sourceRaiseGiftId"], elsewhere["origin"]) == (None, None)


def test_no_exchange_rate_is_claimed_for_another_currency() -> None:
    assert sent(gift_view(GIFT, "USD"))["exchangeRate"] == 1
    foreign = sent(gift_view(replace(GIFT, currency="EUR"), "USD"))
    assert (foreign["exchangeRate"], foreign["currencyCode"], foreign["baseCurrencyCode"]) == (
        None,
        "EUR",
        "USD",
    )


def test_a_gift_row_is_formatted_text() -> None:
    row = sent(gift_row(GiftSummary(9, 4, None, "Cash", date(2023, 12, 7), 1_050, "USD", None), "USD"))
    assert set(row) == set(GIFT_ROW_KEYS.split())
    assert (row["giftDate"], row["amount"], row["giftUrl"]) == ("12/7/2023", "$10.50", "/api/Gift/9")


@pytest.mark.parametrize(("stored", "name"), [("Cash", "Cash"), ("NonCash", "Non-Cash"), ("Stock", "Stock")])
def test_gift_types_have_names(stored: str, name: str) -> None:
    assert type_name(stored) == name


def test_a_contact_has_the_documented_keys() -> None:
    contact = sent(followed_contact_view(CONTACT))
    assert set(contact) == {*CONTACT_KEYS.split(), "isCurrentUserFollowing"}
    assert set(contact["contactIndividuals"][0]) == set(INDIVIDUAL_KEYS.split())
    assert set(contact["contactIndividuals"][0]["contactMethods"][0]) == set(METHOD_KEYS.split())
    assert set(contact["address"]) == set(ADDRESS_KEYS.split())
    assert contact["contactReferences"] == [{"source": "RaiseDonors", "id": "12"}]


def test_a_found_contact_lacks_only_the_following_flag() -> None:
    assert set(sent(contact_view(CONTACT))) == set(CONTACT_KEYS.split())


def test_a_contact_tells_its_giving_as_text() -> None:
    contact = sent(contact_view(CONTACT))
    assert (contact["lifeToDateGiving"], contact["yearToDateGiving"]) == ("$1,234.50", "$10.50")
    assert (contact["lastGiftAmount"], contact["lastGiftDate"]) == ("$10.50", "12/7/2023")


def test_a_contact_that_never_gave() -> None:
    contact = sent(contact_view(replace(CONTACT, address=None, giving=Giving("USD", 0, 0, None, None, None))))
    assert (contact["lifeToDateGiving"], contact["lastGiftAmount"]) == ("$0.00", "$0.00")
    assert (contact["lastGiftDate"], contact["address"]) == ("Unavailable", None)


def test_a_project_has_the_documented_keys() -> None:
    assert set(sent(project_view(PROJECT, Figures(0, 0, 0, 0)))) == set(PROJECT_KEYS.split())


def test_a_project_adds_what_was_given_to_its_beginning_balance() -> None:
    project = sent(project_view(PROJECT, Figures(givers=700, year_minor=100, year_gifts=2, year_givers=1)))
    assert (str(project["currentBalance"]), str(project["lifeToDateGiving"])) == ("47823.50", "285301.00")
    assert (project["lifeToDateGiftCount"], project["lifeToDateGiversCount"]) == (1247, 700)
    assert (project["calendarYearToDateGiftCount"], str(project["calendarYearToDateGiving"])) == (2, "1.00")
    assert (project["startDate"], project["endDate"]) == ("2023-12-08T00:00:00", None)
    assert sent(project_balance(PROJECT)) == {
        "projectId": 311,
        "beginningBalance": Decimal("-237477.50"),
        "currentBalance": Decimal("47823.50"),
        "lifeToDateGiving": Decimal("285301.00"),
        "lifeToDateGiftCount": 1247,
    }


def test_a_sub_project_says_so() -> None:
    project = sent(project_view(replace(PROJECT, parent_id=1, parent_name="Water"), Figures(0, 0, 0, 0)))
    assert (project["isSubProject"], project["parentName"]) == (True, "Water")
