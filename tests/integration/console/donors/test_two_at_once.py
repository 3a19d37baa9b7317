"""Two of the staff who press for one donor at the same moment: the second is told, overrides nothing, and the history is right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from almoner.console.donors import service as links
from almoner.console.needs.service import name_donor
from almoner.giving.donors.service import change_donor, link_changes, read_donor
from almoner.platform.database import Tx
from tests.integration.sync.reasons import NOWHERE
from tests.support.house import House, Tenant

pytestmark = pytest.mark.anyio

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
Press = Callable[[Tx], Awaitable[object]]


async def lost(tenant: Tenant) -> int:
    """A donor whose key names nobody."""
    return int((await tenant.give(25, email="lost@example.org", donor={"crmKey": NOWHERE}))["donorId"])


async def contact(house: House, email: str) -> str:
    """The contact of somebody who gave."""
    gift = await house.tenant.give(5, email=email, donor={"firstName": "Bo", "lastName": "Moss"})
    await house.settle()
    return str((await house.tenant.raise_.get(f"/raise/api/Donor/{gift['donorId']}"))["crmKey"])


async def both(house: House, first: Press, second: Press) -> tuple[object, object]:
    """What became of two, the second of which begins before the first has committed."""

    async def follows() -> object:
        async with house.app.db.tenant(house.tenant.id) as tx:
            return await second(tx)

    async with house.app.db.tenant(house.tenant.id) as tx:
        did = await first(tx)
        task = asyncio.create_task(follows())
        await asyncio.sleep(0.3)
    return did, await task


def linking(donor_id: int, key: str) -> Press:
    """The button, pressed by somebody who saw the key that names nobody."""
    return lambda tx: links.link_donor(tx, donor_id, key, NOWHERE, NOW, is_confirmed=True)


async def history(house: House, donor_id: int) -> list[tuple[str | None, str | None]]:
    """Each key that the donor was given by hand, after the one in whose place it came; the first first."""
    async with house.app.db.tenant(house.tenant.id) as tx:
        changes = await link_changes(tx, donor_id, 9)
        assert (await read_donor(tx, donor_id)).crm_key == changes[0].crm_key
    return [(one.crm_key_before, one.crm_key) for one in reversed(changes)]


async def test_of_two_who_link_a_donor_at_once_the_second_is_told_and_overrides_nothing(house: House) -> None:
    a, b = await contact(house, "a@x.org"), await contact(house, "b@x.org")
    donor_id = await lost(house.tenant)
    said = await both(house, linking(donor_id, a), linking(donor_id, b))
    assert said == ("linked", links.OVERTAKEN)
    assert await history(house, donor_id) == [(NOWHERE, a)]


async def test_a_key_that_comes_at_once_through_the_api_is_kept_with_the_one_in_whose_place_it_came(
    house: House,
) -> None:
    a, donor_id = await contact(house, "a@x.org"), await lost(house.tenant)
    await both(
        house,
        linking(donor_id, a),
        lambda tx: change_donor(tx, donor_id, {"crm_key": "424242"}, NOW, by="API key 1"),
    )
    assert await history(house, donor_id) == [(NOWHERE, a), (a, "424242")]


async def test_who_forgets_a_key_at_once_does_not_forget_the_link_in_its_place(house: House) -> None:
    a, donor_id = await contact(house, "a@x.org"), await lost(house.tenant)
    said = await both(house, linking(donor_id, a), lambda tx: links.forget_key(tx, donor_id, NOWHERE, NOW))
    assert said == ("linked", links.OVERTAKEN)
    assert await history(house, donor_id) == [(NOWHERE, a)]


async def test_who_takes_a_link_back_at_once_with_another_finds_nothing_to_take_back(house: House) -> None:
    a, donor_id = await contact(house, "a@x.org"), await lost(house.tenant)
    async with house.app.db.tenant(house.tenant.id) as tx:
        assert await linking(donor_id, a)(tx) == "linked"
    back: Press = lambda tx: links.take_back(tx, donor_id, a, NOW)  # noqa: E731 - the same button twice
    assert await both(house, back, back) == ("taken-back", "no-link")
    assert await history(house, donor_id) == [(NOWHERE, a), (a, None)]


async def test_of_two_who_name_a_donor_at_once_the_second_is_told(house: House) -> None:
    gift = await house.tenant.give(
        5, email=None, donor={"firstName": "", "lastName": "", "sourceSystem": "x", "sourceKey": "1"}
    )
    donor_id = gift["donorId"]
    said = await both(
        house,
        lambda tx: name_donor(tx, donor_id, "Moss", NOW),
        lambda tx: name_donor(tx, donor_id, "Fern", NOW),
    )
    assert said == ("named", "has-name")
