"""What knowing the caller costs is measured for each way to say who calls."""

from __future__ import annotations

import random

from bench import tokens
from bench.prepare import prepare


def test_each_way_to_say_who_calls_is_measured(dsn: str) -> None:
    prepare(dsn)
    rows = tokens.measure(dsn, 1, random.Random(1), calls=20)
    assert {row["variant"] for row in rows} == {
        tokens.BEFORE, tokens.NOW, tokens.ANEW, tokens.USER, tokens.SIGN_IN, tokens.TEN,
    }  # fmt: skip
    assert all(row["cpu_us"] > 0 for row in rows)
    (aim,) = tokens.aims(rows)
    assert aim["wanted"] == tokens.RISE_AIM_US
