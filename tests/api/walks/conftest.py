"""What the walks share: the OpenAPI documents, one operation at a time, and two organizations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.walk import document
from tests.support.house import House, Tenant
from tests.support.samples import PRODUCTS, Covered, Sample, covered, word


@pytest.fixture(scope="session")
async def documents(shared_house: House) -> dict[str, Any]:
    """The OpenAPI document of each product."""
    return {product: await document(shared_house, product) for product in PRODUCTS}


@pytest.fixture(params=covered(), ids=lambda each: f"{each.product} {each.operation}")
def each(request: pytest.FixtureRequest) -> Covered:
    """Each operation that a sample covers; test_coverage.py sees to it that none is left out."""
    operation: Covered = request.param
    return operation


@dataclass(frozen=True)
class Made:
    """A record of an organization, with a word that stands in all its texts."""

    tenant: Tenant
    word: str
    record: Any


@dataclass
class Standing:
    """Records that are made once in a process, for what only reads them."""

    house: House
    made: dict[Sample, Made] = field(default_factory=dict)

    async def record_for(self, each: Covered) -> Made:
        """A record that `each`, which reads, can be asked for."""
        assert each.reads, f"{each.operation} may change what others read"
        if each.sample not in self.made:
            tenant, text = await self.house.another_tenant(), word()
            self.made[each.sample] = Made(tenant, text, await each.sample.make(tenant, text))
            await self.house.settle()
        return self.made[each.sample]


@pytest.fixture(scope="session")
def standing(shared_house: House) -> Standing:
    """What stands and is only read."""
    return Standing(shared_house)


@pytest.fixture
async def made(house: House, each: Covered) -> Made:
    """A record that `each` can be asked for, in the organization of `house`."""
    text = word()
    return Made(house.tenant, text, await each.sample.make(house.tenant, text))
