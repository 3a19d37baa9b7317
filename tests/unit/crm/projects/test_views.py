"""A project has exactly the documented keys and those we added, and adds up what was given to it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from almoner.crm.projects.views import project_balance, project_view
from almoner.platform.http import encode_json
from almoner.platform.wire import View

NOW = datetime(2023, 12, 7, 16, 10, 47, 17_000, tzinfo=UTC)

PROJECT_KEYS = """id name projectCode externalAccountingCode onlineDisplayName description photoUrl parentId parentName
isSubProject inventoryStatus type location isRestrictedToGiftSpecifications isLimitedToFinancialNeed isPublic isActive
isAvailableOnline isTaxDeductible treatAsAccountsPayable beginningBalance currentBalance financialNeedType
financialNeedFrequency financialNeedAmount startDate endDate durationType lifeToDateGiving lifeToDateGiftCount
lifeToDateGiversCount lifeToDateExpenseTotal calendarYearToDateGiving calendarYearToDateGiftCount
calendarYearToDateGiversCount calendarYearToDateExpenseTotal createDateTimeUtc createdByUser modifiedDateTimeUtc
modifiedByUser giftSpecifications customFields"""
ADDED_KEYS = ["givingByCurrency", "revenueAccountingCode"]

PROJECT: dict[str, Any] = {
    "id": 311,
    "name": "Clean Water Initiative",
    "project_code": "CLEAN-WATER",
    "external_accounting_code": "5101-001",
    "revenue_accounting_code": None,
    "online_display_name": "Clean Water",
    "description": None,
    "type": "Program",
    "location": "International",
    "inventory_status": None,
    "present_status": None,
    "parent_id": None,
    "parent_name": None,
    "is_public": True,
    "is_active": True,
    "is_available_online": True,
    "is_tax_deductible": True,
    "is_limited_to_financial_need": False,
    "is_restricted_to_gift_specifications": False,
    "treat_as_accounts_payable": False,
    "beginning_balance_minor": -23_747_750,
    "balance_change_minor": Decimal(0),
    "financial_need_minor": 0,
    "financial_need_type": None,
    "financial_need_frequency": None,
    "duration_type": None,
    "start_on": date(2023, 12, 8),
    "end_on": None,
    "created_at": NOW,
    "modified_at": NOW,
    "told_custom_values": None,
    "currencies": ["JPY", "USD"],
    "figures": [[Decimal(500), 1, 1, 0, 0, 0], [Decimal(28_530_100), 1247, 700, Decimal(100), 2, 1]],
}


def sent(view: View) -> dict[str, Any]:
    """What goes out, with its numbers exact."""
    return dict(json.loads(encode_json(view), parse_float=Decimal))


def test_a_project_has_the_documented_keys_and_those_we_added() -> None:
    assert set(sent(project_view(PROJECT, "USD"))) == {*PROJECT_KEYS.split(), *ADDED_KEYS}


def test_a_project_adds_what_was_given_to_its_beginning_balance() -> None:
    project = sent(project_view(PROJECT, "USD"))
    assert (str(project["currentBalance"]), str(project["lifeToDateGiving"])) == ("47823.50", "285301.00")
    assert (project["lifeToDateGiftCount"], project["lifeToDateGiversCount"]) == (1247, 700)
    assert (project["calendarYearToDateGiftCount"], str(project["calendarYearToDateGiving"])) == (2, "1.00")
    assert (project["startDate"], project["endDate"]) == ("2023-12-08T00:00:00", None)
    assert sent(project_balance(project_view(PROJECT, "USD"))) == {
        "projectId": 311,
        "beginningBalance": Decimal("-237477.50"),
        "currentBalance": Decimal("47823.50"),
        "lifeToDateGiving": Decimal("285301.00"),
        "lifeToDateGiftCount": 1247,
    }


def test_each_currency_is_told_apart_and_only_the_base_currency_is_in_the_balance() -> None:
    project = sent(project_view({**PROJECT, "beginning_balance_minor": 0}, "USD"))
    yen, dollar = project["givingByCurrency"]
    assert tuple(yen.values()) == ("JPY", 500, 1, 1, 0, 0, 0)
    assert tuple(dollar.values()) == ("USD", Decimal("285301.00"), 1247, 700, Decimal("1.00"), 2, 1)
    assert project["currentBalance"] == Decimal("285301.00")


def test_a_project_that_was_given_nothing_holds_what_it_began_with() -> None:
    project = sent(project_view({**PROJECT, "currencies": None, "figures": None}, "USD"))
    assert (str(project["currentBalance"]), project["lifeToDateGiftCount"]) == ("-237477.50", 0)
    assert project["givingByCurrency"] == []


def test_a_sub_project_says_so() -> None:
    project = sent(project_view({**PROJECT, "parent_id": 1, "parent_name": "Water"}, "USD"))
    assert (project["isSubProject"], project["parentName"]) == (True, "Water")
