"""Behind give: every payment held has its gift, and the writer goes on whatever happens to one gift."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from almoner.giving.give.errors import Unconfirmed
from almoner.giving.give.requests import GiveBody
from almoner.giving.give.rules import Asked
from almoner.giving.give.service import GiveDesk
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Gateway
from almoner.giving.payments.sandbox import SandboxGateway
from almoner.kernel.errors import Conflict, Invalid, Unavailable
from almoner.platform.http.bodies import decode_body
from tests.support.house import House, give_body
from tests.support.till import Till

pytestmark = pytest.mark.anyio


def _desk(house: House, gateway: Gateway | None = None) -> GiveDesk:
    app = house.app
    return GiveDesk(app.db, app.writer, Gateways(gateway or SandboxGateway()), app.clock, projects_max=50)


async def _give(desk: GiveDesk, house: House, body: dict[str, Any], key: str | None = None) -> Any:
    raw = _raw(body)
    return await desk.give(house.tenant.id, decode_body(raw, GiveBody), key=key, fingerprint=raw)


async def _record(desk: GiveDesk, house: House, body: dict[str, Any]) -> dict[str, Any]:
    """The record that `desk` would hand its writer, of no intent."""
    taken: list[dict[str, Any]] = []

    class Catch:
        async def ask(self, _organization_id: int, _record: dict[str, Any]) -> Asked:
            return Asked(None, 1, uuid4())

        async def write(self, _organization_id: int, record: dict[str, Any]) -> None:
            taken.append(record)
            raise Unavailable("caught")

    catching = GiveDesk(
        house.app.db,
        Catch(),  # type: ignore[arg-type]
        Gateways(SandboxGateway()),
        house.app.clock,
        projects_max=50,
    )
    with pytest.raises(Unavailable):
        await _give(catching, house, body)
    return {**taken[0], "intent_id": None}


def _raw(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


async def test_every_payment_held_has_its_gift(house: House) -> None:
    """Whatever is repeated, refused or collides: the till holds exactly one payment for each stored gift."""
    till = Till()
    desk = _desk(house, till)
    source = {"transactionSource": "ledger", "transactionId": "T-1"}
    first = await _give(desk, house, give_body(10, **source), "one")
    assert (await _give(desk, house, give_body(10, **source), "one")).gift.id == first.gift.id
    assert (await _give(desk, house, give_body(10, **source), "two")).gift.id == first.gift.id
    assert (await _give(desk, house, give_body(10, **source))).gift.id == first.gift.id
    with pytest.raises(Conflict):
        await _give(desk, house, give_body(11), "one")
    with pytest.raises(Conflict):
        await _give(desk, house, give_body(11, **source))
    with pytest.raises(Invalid):
        await _give(desk, house, give_body(10, projects=[{"code": "NOPE"}]), "three")
    await asyncio.gather(*(_give(desk, house, give_body(7), "many") for _ in range(10)))
    async with house.app.db.tenant(house.tenant.id) as tx:
        stored = [
            row["transaction_id"] for row in await tx.conn.fetch("SELECT transaction_id FROM giving.gift")
        ]
    assert till.held == sorted(stored)
    assert len(stored) == 2


async def test_the_writer_outlives_an_error_nobody_thought_of(house: House) -> None:
    writer = house.app.writer
    answers = await asyncio.gather(
        *(writer.write(house.tenant.id, {"amount_minor": object()}) for _ in range(6)), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {Unconfirmed}
    assert (await asyncio.wait_for(house.tenant.give(10), 5))["id"] > 0


async def test_a_gift_the_database_refuses_fails_alone(house: House) -> None:
    """Past every check, the batch breaks on one row: its neighbours are written one by one."""
    desk = _desk(house)
    writer = desk.writer
    good = [await _record(desk, house, give_body(5, email=f"g{n}@example.org")) for n in range(5)]
    bad = {**await _record(desk, house, give_body(5, email="bad@example.org")), "amount_minor": 501}
    answers = await asyncio.gather(
        *(writer.write(house.tenant.id, record) for record in [*good, bad]), return_exceptions=True
    )
    assert [type(answer).__name__ for answer in answers] == ["Written"] * 5 + ["Unavailable"]
    async with house.app.db.tenant(house.tenant.id) as tx:
        assert await tx.conn.fetchval("SELECT count(*) FROM giving.gift") == 5
        assert await tx.conn.fetchval("SELECT count(*) FROM giving.donor") == 5


async def test_a_gift_that_could_not_be_written_is_logged_with_its_place_alone(
    own_house: House, dsn: str
) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute("ALTER TABLE giving.gift ADD CHECK (notes <> 'secret of Ada')")
    await conn.close()
    with capture_logs() as lines:
        answer = await own_house.tenant.raise_.call(
            "POST", "/raise/api/Raise/give", json=give_body(notes="secret of Ada")
        )
    assert answer.status_code == 503
    (line,) = [line for line in lines if line["event"] == "gifts_not_written"]
    assert (line["count"], line["kind"], line["sqlstate"]) == (
        1,
        "asyncpg.exceptions.CheckViolationError",
        "23514",
    )
    assert any("give/writer.py" in frame for frame in line["where"])
    assert "Ada" not in repr(line)
