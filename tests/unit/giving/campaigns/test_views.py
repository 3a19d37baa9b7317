"""What a campaign raised, as the wire has it: the base currency in the documented fields, each currency apart beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from almoner.giving.campaigns.views import campaign_view
from almoner.platform.http import encode_json

NOW = datetime(2025, 1, 1, tzinfo=UTC)
CAMPAIGN: dict[str, Any] = {
    "id": 7,
    "name": "Spring",
    "description": None,
    "start_at": NOW,
    "end_at": None,
    "can_sync": True,
    "crm_key": None,
    "giving_goal_minor": 10_000,
    "total_gift_goal": None,
    "average_gift_goal_minor": None,
    "apply_segment_to_recurring_gifts": False,
    "created_at": NOW,
    "modified_at": NOW,
    "currencies": ["JPY", "KWD", "USD"],
    "figures": [[Decimal(1_000), 1, 1], [Decimal(5_000), 1, 1], [Decimal(1_001), 2, 1]],
    "test_gifts": 3,
}
NOTHING = {"currencies": None, "figures": None, "test_gifts": 0}


def sent(**change: Any) -> dict[str, Any]:
    """A campaign of a house in dollars as it goes out, with its numbers exact."""
    view = campaign_view({**CAMPAIGN, **change}, "USD", "UTC", "http://almoner.test")
    return dict(json.loads(encode_json(view), parse_float=Decimal))


def test_the_documented_fields_are_of_the_base_currency() -> None:
    campaign = sent()
    assert (campaign["raisedAmount"], campaign["totalGifts"], campaign["totalDonors"]) == ("$10.01", 2, 1)
    assert (campaign["averageGiftAmount"], campaign["raisedPercentage"]) == ("$5.00", 10)


def test_each_currency_is_told_apart_with_its_own_digits() -> None:
    told = [tuple(each.values()) for each in sent()["raisedByCurrency"]]
    assert told == [
        ("JPY", 1_000, "JPY 1,000", 1, 1),
        ("KWD", Decimal("5.000"), "KWD 5.000", 1, 1),
        ("USD", Decimal("10.01"), "$10.01", 2, 1),
    ]
    assert sent()["testGifts"] == 3


def test_without_a_gift_nothing_is_raised() -> None:
    campaign = sent(**NOTHING)
    assert (campaign["raisedAmount"], campaign["averageGiftAmount"]) == ("$0.00", "$0.00")
    assert (campaign["raisedPercentage"], campaign["raisedByCurrency"], campaign["totalDonors"]) == (0, [], 0)


@pytest.mark.parametrize(
    ("raised", "goal", "percentage"),
    [
        (9_999, 10_000, 99),
        (10_000, 10_000, 100),
        (10**40, 10_000, 100),
        (1, 10**15, 0),
        (1, None, 0),
        (1, 0, 0),
    ],
)
def test_the_percentage_is_whole_rounded_down_and_100_at_most(
    raised: int, goal: int | None, percentage: int
) -> None:
    figures = [[Decimal(10**20), 1, 1], [Decimal(raised), 1, 1]]
    campaign = sent(currencies=["JPY", "USD"], figures=figures, giving_goal_minor=goal)
    assert campaign["raisedPercentage"] == percentage
