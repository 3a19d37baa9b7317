"""Which gifts a page of the list has: by state, reason and search, each gift once over all pages."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.console.gift_list.rules import TAKE, Asked
from almoner.console.gift_list.service import DONORS_MAX, GiftPage, read_page
from almoner.giving.donors.service import find_donors
from almoner.platform.database import Tx
from almoner.sync.rules import Reason, State
from tests.integration.sync.reasons import NOWHERE, giving_project
from tests.support.batches import give_batch, new_gift
from tests.support.house import House
from tests.support.rows import as_owner

pytestmark = pytest.mark.anyio


async def page_of(house: House, **asked: Any) -> GiftPage:
    """One page of the list."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await read_page(tx, Asked(**asked))


async def ids_of(house: House, **asked: Any) -> list[int]:
    """The gifts of the first page, newest first."""
    return [gift.id for gift in (await page_of(house, **asked)).arrivals.gifts]


async def given(house: House, number: int, **more: Any) -> list[int]:
    """The ids of so many gifts, each of a donor of its own, in one write."""
    gifts = [new_gift(100, email=f"kim{n}@example.org", **more) for n in range(number)]
    async with house.app.db.tenant(house.tenant.id) as tx:
        return [row["gift_id"] for row in await give_batch(tx, *gifts)]


@pytest.mark.parametrize("show", [None, State.SYNCED, State.WITHHELD, State.PENDING])
async def test_over_all_pages_each_gift_comes_once_newest_first(house: House, show: State | None) -> None:
    made = await given(house, 2 * TAKE + 3, is_test_mode=show is State.WITHHELD)
    if show is not State.PENDING:
        await house.settle()
    seen: list[int] = []
    page = await page_of(house, show=show)
    assert page.total == len(made)
    while True:
        seen += [gift.id for gift in page.arrivals.gifts]
        if page.older is None:
            break
        page = await page_of(house, show=show, before=page.older)
    assert seen == sorted(made, reverse=True)


async def test_each_state_and_reason_has_its_own(house: House) -> None:
    tenant = house.tenant
    await giving_project(tenant, "ROOF")
    synced = (await tenant.give(1, email="bo@example.org"))["id"]
    withheld = (await tenant.give(1, isTestMode=True, email="cy@example.org"))["id"]
    failed = (await tenant.give(1, projects=[{"code": "ROOF"}], email="di@example.org"))["id"]
    waiting = (await tenant.give(1, donor={"crmKey": NOWHERE}))["id"]
    await house.settle()
    unseen = (await tenant.give(1, email="ed@example.org"))["id"]
    assert await ids_of(house) == [unseen, waiting, failed, withheld, synced]
    assert await ids_of(house, show=State.SYNCED) == [synced]
    assert await ids_of(house, show=State.WITHHELD) == [withheld]
    assert await ids_of(house, show=State.FAILED) == [waiting, failed]
    assert await ids_of(house, show=State.PENDING) == [unseen]
    assert await ids_of(house, show=Reason.QUEUED) == [unseen]
    assert await ids_of(house, show=Reason.WAITING_FOR_DONOR) == [waiting]
    assert await ids_of(house, show=Reason.PROJECT_UNKNOWN, detail="ROOF") == [failed]
    assert await ids_of(house, show=Reason.PROJECT_UNKNOWN, detail="WELL") == []


async def test_gifts_are_found_by_number_address_and_name(house: House) -> None:
    tenant = house.tenant
    ada = (await tenant.give(1, donor={"firstName": "Ada", "lastName": "Marchbanks"}))["id"]
    bo = (await tenant.give(1, email="bo@example.org", donor={"firstName": "Bo", "lastName": "Marsh"}))["id"]
    house_of = {"isOrganization": True, "organizationName": "Marigold Trust"}
    trust = (await tenant.give(1, email="trust@example.org", donor=house_of))["id"]
    odd = {"firstName": "Cy", "lastName": "100%_Sure"}
    cy = (await tenant.give(1, email="cy@example.org", donor=odd))["id"]
    assert await ids_of(house, text=str(bo)) == await ids_of(house, text=f"#{bo}") == [bo]
    assert await ids_of(house, text="ADA@example.org") == [ada]
    assert await ids_of(house, text="mar") == [trust, bo, ada]
    assert await ids_of(house, text="ada march") == [ada]
    assert await ids_of(house, text="bo march") == []
    assert await ids_of(house, text="marigold tr") == [trust]
    assert await ids_of(house, text="100%") == [cy]
    assert await ids_of(house, text="%") == await ids_of(house, text="_") == []
    assert await ids_of(house, text="9" * 18) == await ids_of(house, text="nobody@example.org") == []


async def test_a_donor_is_found_by_the_start_of_any_word_of_the_name(house: House) -> None:
    tenant = house.tenant
    person = {"firstName": "Maria  del", "lastName": "Carmen O'Brien"}
    maria = (await tenant.give(1, email="maria@example.org", donor=person))["id"]
    trust = {
        "firstName": None,
        "lastName": None,
        "isOrganization": True,
        "organizationName": "The Marigold Trust",
    }
    trust_gift = (await tenant.give(1, email="trust@example.org", donor=trust))["id"]
    for text in ("mari", "MARIA", "carm", "carmen mar", "del maria", "mar o'br"):
        assert maria in await ids_of(house, text=text), text
    for text in ("trust", "marigold", "the tr"):
        assert await ids_of(house, text=text) == [trust_gift], text
    assert await ids_of(house, text="armen") == await ids_of(house, text="maria trust") == []


async def test_a_search_by_name_reads_no_more_donors_than_it_shows(house: House) -> None:
    async with as_owner(house.app.db, house.tenant.id) as tx:
        await tx.conn.execute(
        "INSERT INTO giving.donor (organization_id, email, email_key, first_name, last_name, created_at, modified_at) SELECT $1, k, k,"
        " 'First' || n, 'van der Last' || n, now(), now()"
        " FROM generate_series(1, 5000) AS n CROSS JOIN LATERAL (SELECT 'd' || n || '@x.org' AS k)", house.tenant.id
        )  # fmt: skip
    for text, found in (("first77", 11), ("last77", 11), ("van last777", 1), ("nobody", 0), ("der", 50)):
        async with house.app.db.tenant(house.tenant.id) as tx:
            before = await _donor_reads(tx)
            assert len(await find_donors(tx, text, 50)) == found, text
            since = await _donor_reads(tx)
        assert since[0] == before[0], f"{text} reads all donors"
        assert since[1] - before[1] <= 400, f"{text} reads {since[1] - before[1]} donors"


async def _donor_reads(tx: Tx) -> tuple[int, int]:
    row = await tx.conn.fetchrow(
        "SELECT coalesce(seq_scan, 0) AS scans, coalesce(idx_tup_fetch, 0) AS donors FROM pg_stat_xact_user_tables"
        " WHERE schemaname = 'giving' AND relname = 'donor'"
    )
    assert row is not None
    return row["scans"], row["donors"]


async def test_a_search_is_narrowed_by_state(house: House) -> None:
    tenant = house.tenant
    synced = (await tenant.give(1))["id"]
    await house.settle()
    withheld = (await tenant.give(1, isTestMode=True))["id"]
    await house.settle()
    assert await ids_of(house, text="exam") == [withheld, synced]
    assert await ids_of(house, text="exam", show=State.WITHHELD) == [withheld]
    assert await ids_of(house, text="exam", show=State.FAILED) == []


async def test_a_name_of_many_donors_says_that_it_is_cut(house: House) -> None:
    await given(house, DONORS_MAX)
    assert not (await page_of(house, text="example")).is_cut
    await house.tenant.give(1)
    assert (await page_of(house, text="example")).is_cut


async def test_another_organizations_gifts_are_on_no_page(house: House) -> None:
    gift = await house.tenant.give(1)
    await house.settle()
    other = await house.another_tenant()
    for asked in (Asked(), Asked(show=State.SYNCED), Asked(text=str(gift["id"])), Asked(text="exam"),
                  Asked(donor_id=gift["donorId"])):  # fmt: skip
        async with house.app.db.tenant(other.id) as tx:
            assert (await read_page(tx, asked)).arrivals.gifts == []
