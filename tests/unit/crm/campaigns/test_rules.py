"""Instants and days of campaigns as clients write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from almoner.crm.campaigns.rules import membership_days
from almoner.crm.campaigns.views import percent
from almoner.crm.wire import read_moment
from almoner.kernel.errors import FieldError

ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("text", "at_end", "expected"),
    [
        ("2024-11-01T00:00:00Z", False, datetime(2024, 11, 1, tzinfo=UTC)),
        ("2024-12-31T23:59:59", True, datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-11-01T00:00:00-04:00", False, datetime(2024, 11, 1, 4, tzinfo=UTC)),
        ("3/1/2024", False, datetime(2024, 3, 1, 5, tzinfo=UTC)),
        ("2024-05-31", True, datetime(2024, 6, 1, 3, 59, 59, tzinfo=UTC)),
        (" ", False, None),
    ],
)
def test_an_instant_is_read_as_it_is_written_and_a_day_where_the_organization_is(
    text: str, at_end: bool, expected: datetime | None
) -> None:
    errors: list[FieldError] = []
    assert read_moment("at", text, ZONE, errors, at_end=at_end) == expected
    assert errors == []


@pytest.mark.parametrize("text", ["soon", "9999-12-31T23:59:59Z", "2024-02-30"])
def test_what_is_no_instant_is_told(text: str) -> None:
    errors: list[FieldError] = []
    assert read_moment("at", text, ZONE, errors) is None
    assert [error.field for error in errors] == ["at"]


def test_a_project_belongs_to_a_campaign_on_its_own_days_unless_others_are_said() -> None:
    own = (date(2024, 11, 1), date(2024, 12, 31))
    errors: list[FieldError] = []
    days = membership_days({"until_date": "2024-11-30"}, own, errors)
    assert (days["from_on"], days["until_on"]) == (date(2024, 11, 1), date(2024, 11, 30))
    assert membership_days({}, own, errors)["until_on"] == date(2024, 12, 31)
    assert errors == []
    membership_days({"until_date": "2024-10-31"}, own, errors)
    assert [error.field for error in errors] == ["untilDate"]


@pytest.mark.parametrize(
    ("part", "goal", "expected"), [(1, None, None), (1, 0, None), (1, 3, 33), (7, 3, 233), (-1, 4, -25)]
)
def test_percent_of_a_goal(part: int, goal: int | None, expected: int | None) -> None:
    assert percent(part, goal) == expected
