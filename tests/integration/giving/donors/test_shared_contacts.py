"""Donors who share a contact of the CRM by its key, of whom one is merged into a third: the other stays who it was, with its gifts."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from almoner.cli.doctor import examine
from almoner.cli.doctor_checks import WARNING
from almoner.sync.links import all_astray
from tests.support.figures import wrong_figures
from tests.support.house import House

pytestmark = pytest.mark.anyio


class Sharing:
    """Ada and Bo, who share a contact, and Quinn, who has one alone; a gift of each."""

    def __init__(self, house: House) -> None:
        self.house, self.tenant = house, house.tenant
        self.donors: dict[str, int] = {}
        self.gifts: dict[str, int] = {}

    async def start(self) -> None:
        """They give."""
        await self.give("ada", 10)
        await self.give("quinn", 3)
        await self.tenant.settled("gift", self.gifts["ada"])
        await self.give("bo", 5, crmKey=await self.key("ada"))
        for gift_id in self.gifts.values():
            await self.tenant.settled("gift", gift_id)

    async def give(self, name: str, amount: int, **donor: str) -> None:
        gift = await self.tenant.give(
            amount, f"{name}@example.org", donor={"lastName": name.title(), **donor}
        )
        self.donors[name], self.gifts[name] = gift["donorId"], gift["id"]

    async def merge(self, name: str, into: str) -> None:
        """One is another."""
        path = f"/raise/api/Donor/{self.donors[into]}/merge"
        await self.tenant.raise_.post(path, {"duplicateId": self.donors[name]})
        await self.house.settle()

    async def unmerge(self, name: str) -> None:
        """One is itself again."""
        await self.tenant.raise_.post(f"/raise/api/Donor/{self.donors[name]}/unmerge", {})
        await self.house.settle()

    async def key(self, name: str) -> str:
        """The contact that a donor names."""
        return str((await self.tenant.raise_.get(f"/raise/api/Donor/{self.donors[name]}"))["crmKey"])

    async def given(self, name: str) -> str:
        """What the contact gave that a donor names: one that is nobody else's."""
        contact = await self.tenant.crm.get(f"/crm/api/Contact/{await self.key(name)}")
        assert contact["mergedIntoContactId"] is None
        return str(contact["lifeToDateGiving"])

    async def contact_of_gift(self, name: str) -> str:
        """Whose a gift is in the CRM."""
        state: Any = await self.tenant.settled("gift", self.gifts[name])
        return str((await self.tenant.crm.get(f"/crm/api/Gift/{state['crmKey']}"))["contactId"])

    async def agrees(self) -> None:
        """Every figure is exact, and every key the contact that the CRM means."""
        assert await wrong_figures(self.house.app.db, self.tenant.id) == []
        async with self.house.app.db.tenant(self.tenant.id) as tx:
            assert await all_astray(tx) == {}


async def test_a_merge_leaves_who_shares_the_contact_alone_and_its_undoing_too(house: House) -> None:
    sharing = Sharing(house)
    await sharing.start()
    ours, theirs = await sharing.key("ada"), await sharing.key("quinn")
    assert await sharing.given("ada") == "$15.00"
    await sharing.merge("bo", "quinn")
    assert (await sharing.given("ada"), await sharing.given("quinn")) == ("$10.00", "$8.00")
    assert [await sharing.contact_of_gift(name) for name in ("ada", "bo")] == [ours, theirs]
    await sharing.agrees()
    await sharing.unmerge("bo")
    assert [await sharing.key(name) for name in ("ada", "bo")] == [ours, ours]
    assert (await sharing.given("ada"), await sharing.given("quinn")) == ("$15.00", "$3.00")
    await sharing.give("ada", 1)
    await house.settle()
    assert await sharing.contact_of_gift("ada") == ours
    await sharing.agrees()


async def test_both_who_share_a_contact_are_merged_one_after_the_other_and_part(house: House) -> None:
    sharing = Sharing(house)
    await sharing.start()
    for name in ("bo", "ada"):
        await sharing.merge(name, "quinn")
    assert await sharing.given("quinn") == "$18.00"
    await sharing.unmerge("bo")
    assert (await sharing.given("bo"), await sharing.given("quinn")) == ("$5.00", "$13.00")
    await sharing.unmerge("ada")
    assert (await sharing.given("ada"), await sharing.given("quinn")) == ("$15.00", "$3.00")
    await sharing.agrees()


async def test_the_doctor_names_donors_whom_the_crm_means_by_another_contact(
    own_house: House, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    sharing = Sharing(own_house)
    await sharing.start()
    other, bo = await sharing.key("quinn"), sharing.donors["bo"]
    conn = await asyncpg.connect(dsn)
    change = (
        "UPDATE crm.contact_reference SET contact_id = $2 WHERE organization_id = $1 AND reference_id = $3"
    )
    await conn.execute(change, own_house.tenant.id, int(other), str(bo))
    await conn.close()
    found = [one for one in await examine(None) if one.check == "links" and "by another contact" in one.text]
    assert [(one.status, one.ids) for one in found] == [(WARNING, (bo,))]
    assert f"donor {bo} by contact {other}." in found[0].text
