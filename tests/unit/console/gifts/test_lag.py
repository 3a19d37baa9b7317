"""The lag in words."""

from __future__ import annotations

import pytest

from almoner.console.gifts.views import lag_view
from almoner.sync.service import LAG_GIFTS_MAX, Lag


@pytest.mark.parametrize(
    ("gifts", "note"),
    [
        (1, "1 gift reached the CRM in the last two minutes."),
        (LAG_GIFTS_MAX - 1, "19,999 gifts reached the CRM in the last two minutes."),
        (LAG_GIFTS_MAX, "Of the latest 20,000 gifts that reached the CRM, all in the last two minutes."),
    ],
)
def test_it_says_how_many_gifts_it_is_of(gifts: int, note: str) -> None:
    assert lag_view(Lag(None, gifts, 0.01, 0.02)).note == note
