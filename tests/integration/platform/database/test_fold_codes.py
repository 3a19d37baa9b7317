"""The migrations that make the keys of project codes anew, on rows as they were before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from almoner.platform.database.files import load_migrations
from almoner.platform.database.python_migrations import loaded
from tests.integration.sync.reasons import crm_project, giving_project
from tests.support.house import House

pytestmark = pytest.mark.anyio

PRODUCTS = ("giving", "crm")
STREET, SIGMA = "Stra\u00dfe", "\u039f\u0394\u039f\u03a3"


@pytest.fixture
async def conn(dsn: str) -> AsyncIterator[Any]:
    """A connection as the owner, who migrates."""
    opened = await asyncpg.connect(dsn)
    yield opened
    await opened.close()


async def fold(conn: Any, product: str) -> None:
    """Run the product's migration once more."""
    (file,) = [one for one in load_migrations() if one.module == product and one.name.endswith("fold-codes")]
    await loaded(file)(conn)


async def make(house: House, product: str, code: str) -> None:
    if product == "crm":
        await crm_project(house.tenant, code)
    else:
        await giving_project(house.tenant, code)


async def keys(conn: Any, product: str) -> list[str]:
    """The keys in the order of the projects, but for those that each organization has."""
    rows = await conn.fetch(
        f"SELECT code_key FROM {product}.project WHERE code_key NOT IN ('general', 'creditcardcosts') ORDER BY id"
    )
    return [row["code_key"] for row in rows]


async def set_key(conn: Any, product: str, key: str, old: str) -> None:
    await conn.execute(f"UPDATE {product}.project SET code_key = $2 WHERE code_key = $1", key, old)


@pytest.mark.parametrize("product", PRODUCTS)
async def test_old_keys_are_folded_and_right_ones_stay(own_house: House, conn: Any, product: str) -> None:
    for code in (STREET, SIGMA, "WELLS"):
        await make(own_house, product, code)
    right = await keys(conn, product)
    await set_key(conn, product, "strasse", STREET.lower())
    await set_key(conn, product, right[1], SIGMA.lower())
    untouched = await conn.fetchval(f"SELECT xmin FROM {product}.project WHERE code_key = 'wells'")
    await fold(conn, product)
    assert await keys(conn, product) == right
    assert await conn.fetchval(f"SELECT xmin FROM {product}.project WHERE code_key = 'wells'") == untouched


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_key_that_another_project_has_is_left_and_told(
    own_house: House, conn: Any, product: str
) -> None:
    await make(own_house, product, STREET)
    await set_key(conn, product, "strasse", STREET.lower())
    await make(own_house, product, "STRASSE")
    with capture_logs() as logs:
        await fold(conn, product)
    assert await keys(conn, product) == [STREET.lower(), "strasse"]
    (told,) = [line for line in logs if line["event"] == "project_code_is_taken"]
    assert (told["product"], told["organization_id"]) == (product, own_house.tenant.id)


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_key_of_another_organization_is_no_obstacle(
    own_house: House, conn: Any, product: str
) -> None:
    await make(own_house, product, STREET)
    await set_key(conn, product, "strasse", STREET.lower())
    other = await own_house.another_tenant()
    await make(House(own_house.app, other, own_house.sync), product, "STRASSE")
    await fold(conn, product)
    assert await keys(conn, product) == ["strasse", "strasse"]
