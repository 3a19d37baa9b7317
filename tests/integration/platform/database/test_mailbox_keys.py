"""The migrations that make the keys of e-mail addresses anew, on rows as they were before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from almoner.kernel.text import fold
from almoner.platform.database.files import load_migrations
from almoner.platform.database.python_migrations import loaded
from tests.support.house import House

pytestmark = pytest.mark.anyio

SHARP, WIDE = "stra\u00dfe@fold.org", "\uff41da@fold.org"
UMLAUT, ASCII = "x@b\u00fccher.example.org", "x@xn--bcher-kva.example.org"


@pytest.fixture
async def conn(dsn: str) -> AsyncIterator[Any]:
    """A connection as the owner, who migrates."""
    opened = await asyncpg.connect(dsn)
    yield opened
    await opened.close()


async def migrate(conn: Any) -> list[Any]:
    """Run both migrations once more; answers what they told."""
    with capture_logs() as logs:
        for file in load_migrations():
            if file.name.endswith("mailboxes"):
                await loaded(file)(conn)
    return [line for line in logs if line["event"] == "another_donor_has_this_mailbox"]


async def as_before(conn: Any, address: str) -> None:
    """The keys of an address as the version before made them."""
    await conn.execute("UPDATE giving.donor SET email_key = $2 WHERE email = $1", address, fold(address))
    await conn.execute(
        "UPDATE crm.contact_method SET value_key = $2 WHERE value = $1", address, fold(address)
    )


async def test_who_was_found_by_the_old_key_is_found_by_the_new_one(own_house: House, conn: Any) -> None:
    tenant = own_house.tenant
    gifts = [await tenant.give(10, address) for address in (SHARP, WIDE, "plain@fold.org")]
    for gift in gifts:
        await tenant.settled("donor", gift["donorId"])
    for address in (SHARP, WIDE):
        await as_before(conn, address)
    untouched = "SELECT xmin FROM giving.donor WHERE email = 'plain@fold.org'"
    before = await conn.fetchval(untouched)
    assert await migrate(conn) == []
    assert await conn.fetchval(untouched) == before
    for gift, address in zip(gifts, (SHARP, WIDE), strict=False):
        again = await tenant.give(10, address)
        assert again["donorId"] == gift["donorId"]
        contact = await tenant.crm.get("/crm/api/Contact/Find", email=address)
        state = await tenant.settled("donor", gift["donorId"])
        assert str(contact["id"]) == str(state["crmKey"])
    other = await tenant.give(10, "strasse@fold.org")
    assert other["donorId"] not in {gift["donorId"] for gift in gifts}


async def test_two_donors_of_one_mailbox_stay_two_and_are_told_of(own_house: House, conn: Any) -> None:
    tenant = own_house.tenant
    first = await tenant.give(10, ASCII)
    second = await tenant.give(10, "other@fold.org")
    await conn.execute("UPDATE giving.donor SET email = $2 WHERE id = $1", second["donorId"], UMLAUT)
    await as_before(conn, UMLAUT)
    (told,) = await migrate(conn)
    assert (told["organization_id"], told["donor_id"]) == (tenant.id, second["donorId"])
    assert UMLAUT not in str(told)
    keys = await conn.fetch("SELECT id, email_key FROM giving.donor ORDER BY id")
    assert [(row["id"], row["email_key"]) for row in keys] == [
        (first["donorId"], ASCII),
        (second["donorId"], fold(UMLAUT)),
    ]
    assert (await tenant.give(10, UMLAUT))["donorId"] == first["donorId"]
