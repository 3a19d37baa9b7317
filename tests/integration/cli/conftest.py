"""The organization that files of gifts come into."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import fresh_database
from tests.support.gift_files import World, new_world


@pytest.fixture(scope="module")
def shared() -> Iterator[str]:
    with fresh_database("gimport") as dsn:
        yield dsn


@pytest.fixture
def world(shared: str) -> World:
    return new_world(shared)
