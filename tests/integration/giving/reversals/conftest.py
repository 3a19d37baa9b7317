from __future__ import annotations

import pytest

from tests.integration.giving.reversals.world import Returns
from tests.support.house import House


@pytest.fixture
async def returns(house: House) -> Returns:
    """A house whose payments and refunds go to a till."""
    return Returns(house)
