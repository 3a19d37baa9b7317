"""How pages say instants, spans and sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from almoner.console.words import counted, duration, sums, when

NEW_YORK, SAO_PAULO = ZoneInfo("America/New_York"), ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 11, 29, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "local", "short"),
    [
        (NOON, NEW_YORK, "12:00:00 EST"),
        (NOON - timedelta(days=5), NEW_YORK, "Nov 24, 12:00 EST"),
        (NOON - timedelta(days=180), NEW_YORK, "Jun 2, 13:00 EDT"),
        (NOON - timedelta(days=400), NEW_YORK, "Oct 25, 2025"),
        (NOON, SAO_PAULO, "14:00:00 UTC-03"),
    ],
)
def test_a_time_of_day_has_its_zone_on_sight(instant: datetime, local: ZoneInfo, short: str) -> None:
    assert when(instant, local, NOON).short == short


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0251, "25 ms"), (3.44, "3.4 s"), (600, "10 min"), (10_000, "3 h"), (200_000, "2 days")],
)
def test_a_span_is_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_sums_have_the_organizations_currency_first() -> None:
    assert sums({"EUR": 500, "USD": 1000}, "USD") == "$10.00 and EUR 5.00"
    assert sums({"EUR": 500, "USD": 1000}, "EUR") == "EUR 5.00 and $10.00"
    assert sums({}, "USD") == ""


def test_one_is_not_many() -> None:
    assert (counted(1), counted(1200), counted(2, "donor")) == ("1 gift", "1,200 gifts", "2 donors")
