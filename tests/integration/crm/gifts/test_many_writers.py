"""Writers who enter, replace, patch, delete and take back the same gifts at the same time, while contacts and projects move."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tests.api.crm.accepted import gift, person, project, taken
from tests.support.figures import wrong_figures
from tests.support.house import House
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio

GIFT, REVERSE = "/crm/api/Gift", "/crm/api/Gift/ReversingTransaction"
WRITERS, STEPS, ATTEMPTS, CODES = 8, 15, 20, ("A", "B", "C")
DAYS = ("2022-12-31", "2023-01-01", "2024-06-30")


class World:
    """Gifts that everybody writes, by what is said of them."""

    def __init__(self, house: House, seed: int, contacts: list[int], gifts: list[int], projects: list[int]):
        self.rng = random.Random(seed)
        self.house, self.contacts, self.gifts, self.projects = house, contacts, gifts, projects

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered to a request that may be refused, or told to come again since others are in the way, and never fails."""
        answer = await self.house.tenant.crm.call(method, path, json=body)
        attempts = 1
        while answer.status_code == 503 and attempts < ATTEMPTS:
            answer = await self.house.tenant.crm.call(method, path, json=body)
            attempts += 1
        assert answer.status_code < 500, answer.text
        return answer.json() if answer.status_code == 200 and answer.content else None

    def split(self, whole: int) -> list[dict[str, Any]]:
        """Parts of a gift, two of which may be of one project."""
        first = self.rng.randint(1, whole)
        amounts = [amount for amount in (first, whole - first) if amount]
        return [{"projectCode": self.rng.choice(CODES), "amount": amount} for amount in amounts]

    def money(self) -> dict[str, Any]:
        """Amount, split and day of a gift."""
        whole = self.rng.randint(1, 90)
        return {
            "amount": whole,
            "giftDesignations": self.split(whole),
            "giftDate": self.rng.choice(DAYS),
        }

    async def enter(self) -> None:
        """A gift more, or one that is there under its key."""
        key = {"transactionSource": "Shop", "transactionId": str(self.rng.randint(1, 9))}
        body = {"contactId": self.rng.choice(self.contacts), **self.money(), **self.rng.choice(({}, key))}
        if made := await self.call("POST", GIFT, body):
            self.gifts.append(made["id"])

    async def put(self) -> None:
        """Other money, or what was read."""
        path = f"{GIFT}/{self.rng.choice(self.gifts)}"
        read = await self.call("GET", path)
        if read is not None:
            await self.call("PUT", path, self.rng.choice((self.money(), read, {"batch": "X"})))

    async def patch(self) -> None:
        """Notes of some gifts."""
        chosen = self.rng.sample(self.gifts, min(3, len(self.gifts)))
        await self.call("PATCH", GIFT, [{"id": id_, "notes": str(self.rng.random())} for id_ in set(chosen)])

    async def delete(self) -> None:
        """Away with a gift, if it may go."""
        await self.call("DELETE", f"{GIFT}/{self.rng.choice(self.gifts)}")

    async def reverse(self) -> None:
        """All that is left, a part, or a part of one project."""
        parts = [{"projectCode": self.rng.choice(CODES), "amount": self.rng.randint(1, 20)}]
        more = self.rng.choice(({}, {"amount": self.rng.randint(1, 20)}, {"giftDesignations": parts}))
        if made := await self.call("POST", REVERSE, {"reversedGiftId": self.rng.choice(self.gifts), **more}):
            self.gifts.append(made["id"])

    async def move(self) -> None:
        """A project elsewhere in the tree, or nowhere."""
        first, second = self.rng.sample(self.projects, 2)
        await self.call("PATCH", "/crm/api/Project", [{"id": first, "parentId": second}])

    async def write(self) -> None:
        """One writer's work."""
        steps = (self.enter, self.put, self.put, self.put, self.patch, self.delete, self.reverse, self.move)
        for _ in range(STEPS):
            await self.rng.choice(steps)()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_total_is_what_a_count_gives(house: House, rows: OwnRows, seed: int) -> None:
    made = [await project(house.tenant, f"Fund {code}", projectCode=code) for code in CODES]
    contacts, gifts = [], []
    for name in ("ada", "bea"):
        contact_id, sent = await taken(
            house,
            gift(f"{name}1", ("A", 3_000), ("B", 1_000)),
            contact=person(name, email=f"{name}@example.org", name=name, first_name=name),
        )
        contacts.append(contact_id)
        gifts += sent
    projects = [each["id"] for each in made]
    worlds = [World(house, seed * 100 + n, contacts, gifts, projects) for n in range(WRITERS)]
    await asyncio.gather(*(world.write() for world in worlds))
    assert await wrong_figures(house.app.db, house.tenant.id) == []
    taken_beyond = """
        SELECT g.id FROM crm.gift g
        CROSS JOIN LATERAL (SELECT s.project_id, sum(s.minor) AS minor FROM (
            SELECT * FROM unnest(g.designation_project_ids, g.designation_minor)
            UNION ALL SELECT x.* FROM crm.gift v
                CROSS JOIN LATERAL unnest(v.designation_project_ids, v.designation_minor) x
                WHERE v.organization_id = $1 AND v.reverses_id = g.id) s (project_id, minor) GROUP BY s.project_id) rest
        WHERE g.organization_id = $1 AND g.reverses_id IS NULL AND rest.minor < 0"""
    assert await rows.fetch(taken_beyond) == []
    orphans = """SELECT v.id FROM crm.gift v WHERE v.organization_id = $1 AND v.reverses_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM crm.gift g WHERE g.organization_id = $1 AND g.id = v.reverses_id)"""
    assert await rows.fetch(orphans) == []
    versions = """SELECT e.record_id FROM crm.event e LEFT JOIN crm.gift g ON g.organization_id = $1 AND g.id = e.record_id
        WHERE e.organization_id = $1 AND e.kind LIKE 'gift.%' GROUP BY e.record_id, g.version
        HAVING count(DISTINCT e.version) <> count(*) OR max(e.version) <> coalesce(g.version, max(e.version))
            OR max(e.version) <> count(*)"""
    assert await rows.fetch(versions) == []
    kinds = await rows.fetch(
        "SELECT kind, count(*) AS n FROM crm.event WHERE organization_id = $1 GROUP BY kind"
    )
    assert {"gift.created", "gift.updated", "gift.deleted"} <= {row["kind"] for row in kinds}
