"""A house whose payments go to a till, and gives that stop half way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from almoner.giving.give.requests import GiveBody
from almoner.giving.give.rules import Written
from almoner.giving.give.service import GiveDesk, Given
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.sweeper import PaymentSweeper
from almoner.platform.http.bodies import decode_body
from tests.support.house import House, give_body
from tests.support.rows import as_owner
from tests.support.till import Till


class World:
    """A house whose payments go to a till, and the sweeper that looks after them."""

    def __init__(self, house: House, till: Till | None = None) -> None:
        self.house = house
        self.till = till or Till()
        self.desk = self.new_desk()
        self.sweeper = PaymentSweeper(
            house.app.db.first, Gateways(self.till), settle_seconds=60, timeout_seconds=5
        )

    def new_desk(self, **options: Any) -> GiveDesk:
        """The desk of a further process, on the same till."""
        app = self.house.app
        return GiveDesk(app.db, app.writer, Gateways(self.till), app.clock, projects_max=50, **options)

    async def give(self, key: str | None, desk: GiveDesk | None = None, **more: Any) -> Given:
        """Give 10 with these further fields."""
        raw = json.dumps(give_body(10, **more)).encode()
        body = decode_body(raw, GiveBody)
        return await (desk or self.desk).give(self.house.tenant.id, body, key=key, fingerprint=raw)

    async def sweep(self) -> None:
        """Let the interval pass, and what is due be settled."""
        await self.make_due()
        while await self.sweeper.sweep():
            pass

    async def make_due(self) -> None:
        """Let the interval pass."""
        async with self.house.app.db.tenant(self.house.tenant.id) as tx:
            await tx.conn.execute(
                "UPDATE giving.payment_intent SET look_at = clock_timestamp() WHERE look_at IS NOT NULL"
            )

    async def states(self) -> list[str]:
        """The states of all payments, in order."""
        page = await self.house.tenant.raise_.get("/raise/api/Payment/list", SortBy="Id")
        return [payment["state"] for payment in page["items"]]

    async def payment(self) -> Any:
        """The last payment as the API tells it."""
        page = await self.house.tenant.raise_.get("/raise/api/Payment/list", SortBy="Id", Descending="true")
        return page["items"][0]

    async def agrees(self) -> None:
        """Each payment that is held has its gift, and each gift's payment is held."""
        async with self.house.app.db.tenant(self.house.tenant.id) as tx:
            rows = await tx.conn.fetch("SELECT transaction_id FROM giving.gift WHERE gateway = 'Till'")
        assert self.till.held == sorted(row["transaction_id"] for row in rows)


class Interrupted(Exception):
    """The process ended here."""


class Broken:
    """A writer that stores intents, and then fails to write."""

    def __init__(self, writer: Any, error: Exception) -> None:
        self._writer, self._error = writer, error

    async def ask(self, *arguments: Any) -> Any:
        return await self._writer.ask(*arguments)

    async def write(self, *_: Any) -> Written:
        raise self._error


async def paid_and_lost(world: World, key: str | None, error: Exception | None = None) -> None:
    """A give that is paid and then cut off."""
    error = error or Interrupted()
    desk = world.new_desk()
    desk.writer = Broken(world.house.app.writer, error)  # type: ignore[assignment]
    with pytest.raises(type(error)):
        await world.give(key, desk)


async def gifts_payments(world: World) -> list[str]:
    """The payments of the gifts that are stored."""
    page = await world.house.tenant.raise_.get("/raise/api/Gift/list")
    return [gift["transactionId"] for gift in page["items"]]


async def caught_gift(world: World, key: str, **more: Any) -> tuple[Any, ...]:
    """A give that was paid and then stood still: what its writer would still be told."""
    caught: list[tuple[Any, ...]] = []

    class Catch(Broken):
        async def write(self, *arguments: Any) -> Written:
            caught.append(arguments)
            raise self._error

    desk = world.new_desk()
    desk.writer = Catch(world.house.app.writer, Interrupted())  # type: ignore[assignment]
    with pytest.raises(Interrupted):
        await world.give(key, desk, **more)
    return caught[0]


async def set_active(world: World, project_id: int, *, active: bool) -> None:
    """Open or close a project of giving."""
    async with as_owner(world.house.app.db, world.house.tenant.id) as tx:
        await tx.conn.execute("UPDATE giving.project SET is_active = $1 WHERE id = $2", active, project_id)
