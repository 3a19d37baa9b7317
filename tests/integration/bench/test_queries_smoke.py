"""Queries are measured beside statements that answer the same."""

from __future__ import annotations

import random

from bench import crowd, queries
from bench.prepare import prepare

GIFTS = 2_000


def test_queries_and_what_is_written_by_hand_answer_the_same(dsn: str) -> None:
    house = crowd.fill(prepare(dsn), GIFTS)
    totals = queries.totals(house)
    assert totals == {name: (ours, ours) for name, (ours, _) in totals.items()}
    assert sum(ours > 0 for ours, _ in totals.values()) > len(totals) / 2
    rows = queries.measure(house, 1, random.Random(1))
    assert len(rows) == len(queries.ASKED)
    assert all(row["p50_ms"] > 0 and row["hand_p50_ms"] > 0 for row in rows)
