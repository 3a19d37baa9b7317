"""The lag in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from almoner.console.gifts.service import LagSeries
from almoner.console.gifts.views import lag_view, receipts_text
from almoner.giving.receipts.waiting import Waiting
from almoner.sync.lag.service import LAG_GIFTS_MAX, NO_GIFTS, Lag, Lags

NOW = datetime(2031, 5, 6, 12, tzinfo=UTC)
NOTHING = Waiting(0, 0, None, has_more=False)


def series(lags: Lags, receipts: Waiting = NOTHING) -> LagSeries:
    """What was read, without the seconds of the chart."""
    return LagSeries(NOW, [], lags, receipts)


@pytest.mark.parametrize(
    ("gifts", "note"),
    [
        (1, "1 gift went to the CRM directly in the last two minutes."),
        (LAG_GIFTS_MAX - 1, "19,999 gifts went to the CRM directly in the last two minutes."),
        (LAG_GIFTS_MAX, "Of the latest 20,000 gifts that reached the CRM, all in the last two minutes."),
    ],
)
def test_it_says_how_many_gifts_it_is_of(gifts: int, note: str) -> None:
    view = lag_view(series(Lags(Lag(None, gifts, 0.01, 0.02), NO_GIFTS)))
    assert (view.note, view.waited) == (note, "")


def test_gifts_that_waited_for_a_cause_stand_apart() -> None:
    view = lag_view(series(Lags(Lag(None, 300, 0.01, 0.025), Lag(None, 16, 3.4, 3.6))))
    assert view.p99 == "25 ms"
    assert (
        view.waited
        == "16 gifts more waited until something was mended: half within 3.4 s, 99 % within 3.6 s."
    )


def test_no_gift_that_went_directly_is_no_lag_of_zero() -> None:
    view = lag_view(series(Lags(NO_GIFTS, Lag(None, 1, 90.0, 90.0))))
    assert view.p50 == view.p99 == "\N{EN DASH}"
    assert view.note.startswith("No gift went") and view.waited.startswith("1 gift more waited")


@pytest.mark.parametrize(
    ("waits", "said"),
    [
        (NOTHING, "No receipt waits."),
        (
            Waiting(1, 0, NOW - timedelta(seconds=3), has_more=False),
            "Receipts behind: 1 gift, the longest by 3.0 s.",
        ),
        (
            Waiting(0, 20, NOW + timedelta(seconds=3), has_more=False),
            "Receipts behind: 20 letters, the longest by 0 ms.",
        ),
        (
            Waiting(2000, 41, NOW - timedelta(hours=3), has_more=True),
            "Receipts behind: at least 2,000 gifts and 41 letters, the longest by 3 h.",
        ),
    ],
)
def test_it_says_how_far_receipts_are_behind(waits: Waiting, said: str) -> None:
    assert receipts_text(series(Lags(NO_GIFTS, NO_GIFTS), waits)) == said
