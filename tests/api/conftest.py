"""These tests run with their organizations spread over two servers: the same answers, wherever one lives."""

from __future__ import annotations

import pytest

from tests.support.house import House
from tests.support.rows import Rows


@pytest.fixture(scope="session")
def shared_house(spread_house: House) -> House:
    """The house that `house` gives out again and again."""
    return spread_house


@pytest.fixture(scope="session")
def all_rows(spread_rows: Rows) -> Rows:
    """What both servers hold of all organizations."""
    return spread_rows
