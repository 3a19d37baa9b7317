"""Shares and words: what is taken back sums, and no order of words matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from almoner.giving.reversals.rules import State, heard, running_shares

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
parts = st.lists(st.integers(1, 10**12), min_size=1, max_size=8)


@given(parts, st.data())
def test_shares_sum_and_none_is_more_than_its_part(of: list[int], data: Any) -> None:
    minor = data.draw(st.integers(1, sum(of)))
    taken = running_shares(of, minor)
    assert sum(taken) == minor
    assert all(0 <= one <= part for one, part in zip(taken, of, strict=True))


def word(kind: str, state: str, day: int) -> dict[str, Any]:
    return {"kind": kind, "state": state, "happened_at": NOON + timedelta(days=day)}


def test_a_dispute_says_the_same_in_whatever_order_its_words_come() -> None:
    words = [word("dispute", "open", 0), word("dispute", "lost", 4), word("dispute", "won", 9)]
    for order in permutations(words):
        assert heard(order) == heard(words)
    what = heard(words)
    assert (what.state, what.went_at, what.back_at) == (State.WON, NOON, NOON + timedelta(days=9))


def test_a_refund_went_when_it_was_done_and_came_back_when_it_failed() -> None:
    words = [word("refund", "pending", 0), word("refund", "done", 2), word("refund", "failed", 5)]
    assert heard(words[:1]).state is None
    assert heard(words[:2]).went_at == NOON + timedelta(days=2)
    assert heard(words).back_at == NOON + timedelta(days=5)
