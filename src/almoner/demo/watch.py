"""Follow the gifts: their sync states, their lag, and the totals of both sides."""

from __future__ import annotations

from almoner.crm.gifts import service as crm_gifts
from almoner.demo.ledger import Ledger
from almoner.demo.scene import Scene
from almoner.giving.gifts import service as giving_gifts
from almoner.sync import service as sync
from almoner.sync.triage import service as triage


async def look(scene: Scene, ledger: Ledger) -> None:
    """Bring `ledger` up to date."""
    waiting = ledger.open()
    async with scene.app.db.tenant(scene.organization.organization_id) as tx:
        states = await sync.states_of_gifts(tx, [gift.gift_id for gift in waiting])
        ledger.giving_totals = await giving_gifts.totals(tx)
        ledger.crm_totals = await crm_gifts.totals(tx)
        ledger.sync_states = {
            state.value: sum(total.gifts for total in by_currency.values())
            for state, by_currency in (await triage.standing(tx)).totals.items()
        }
    for gift in waiting:
        if (found := states.get(gift.gift_id)) is not None:
            gift.state, gift.reason, gift.crm_id = found["state"], found["reason"], found["crm_id"]
            if gift.state == "synced":
                gift.lag = (found["changed_at"] - found["happened_at"]).total_seconds()
