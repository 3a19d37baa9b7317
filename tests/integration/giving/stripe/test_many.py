"""Of very many events and payouts only those are read that are asked for, and the old ones go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from almoner.giving.stripe import events
from almoner.giving.stripe.sweeper import CatchUpSweeper
from tests.integration.giving.stripe.world import StripeWorld
from tests.support.plans import explained

pytestmark = pytest.mark.anyio

MANY, FEW = 2_000, 60

_EVENTS = f"""
    INSERT INTO giving.stripe_event (organization_id, event_id, kind, object_id, is_live, happened_at, received_at, state, look_at, settled_at)
    SELECT $1, 'evt_old_' || n, 'refund.created', 're_' || n, true, $2::timestamptz, $2::timestamptz,
        CASE n WHEN 1 THEN 'failed' WHEN 2 THEN 'waiting' WHEN 3 THEN 'ignored' ELSE 'acted' END,
        CASE n WHEN 2 THEN $2::timestamptz END, CASE n WHEN 2 THEN NULL ELSE $2::timestamptz END
    FROM generate_series(1, {MANY}) AS n
"""
_PAYOUTS = f"""
    INSERT INTO giving.stripe_payout (organization_id, payout_id, state, amount_minor, currency, arrives_on, created_at, modified_at)
    SELECT $1, 'po_' || n, 'paid', 100, 'USD', date '2020-01-01' + n, now(), now() FROM generate_series(1, {MANY}) AS n
"""
_LINES = f"""
    INSERT INTO giving.stripe_entry (organization_id, transaction_id, kind, amount_minor, fee_minor, net_minor, currency, happened_at, payout_id,
        stored_at)
    SELECT $1, 'txn_' || n, 'charge', 103, 3, 100, 'USD', now(), 'po_' || n, now() FROM generate_series(1, {MANY}) AS n
"""


async def test_what_waits_or_failed_is_counted_without_the_others(world: StripeWorld) -> None:
    app, id_ = world.house.app, world.tenant.id
    async with explained(app.db, id_) as plans:
        await plans.tx.conn.execute(_EVENTS, id_, app.clock.now())
        await plans.tx.conn.execute("ANALYZE giving.stripe_event")
        plans.clear()
        counts = {row["state"]: row["events"] for row in await events.count_events(plans.tx)}
        rows, step = await plans.busiest()
    assert counts == {"failed": 1, "waiting": 1}
    assert 0 < rows <= FEW, step


async def test_the_latest_payouts_are_read_without_the_others(world: StripeWorld) -> None:
    app, id_ = world.house.app, world.tenant.id
    async with explained(app.db, id_) as plans:
        await plans.tx.conn.execute(_PAYOUTS, id_)
        await plans.tx.conn.execute(_LINES, id_)
        await plans.tx.conn.execute("ANALYZE giving.stripe_payout, giving.stripe_entry")
        plans.clear()
        latest = await events.list_payouts(plans.tx, 3)
        rows, step = await plans.busiest()
    assert [(row["payout_id"], row["net_minor"], row["fee_minor"]) for row in latest] == [
        (f"po_{MANY - n}", 100, 3) for n in range(3)
    ]
    assert 0 < rows <= FEW, step


async def test_old_events_that_are_done_with_go_in_portions(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PORTION_FORGOTTEN", 700)
    app, id_ = world.house.app, world.tenant.id
    await world.give()
    await world.hear()
    new = {row["event_id"] for row in await world.rows("SELECT event_id FROM giving.stripe_event")}
    async with app.db.tenant(id_) as tx:
        await tx.conn.execute(_EVENTS, id_, app.clock.now() - timedelta(days=91))
    assert await world.stripe.forget(id_)
    assert len(await world.rows("SELECT 1 FROM giving.stripe_event")) == len(new) + MANY - 700
    await world.now("stripe_account")
    sweeper = CatchUpSweeper(app.db.first, world.stripe)
    assert await sweeper.settle(id_, 0)
    left = {row["event_id"] for row in await world.rows("SELECT event_id FROM giving.stripe_event")}
    assert left >= new | {"evt_old_1", "evt_old_2"}
    assert not left & {f"evt_old_{n}" for n in range(3, MANY + 1)}
