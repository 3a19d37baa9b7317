"""Why what was sent is not there: by what the destination says, and by what else is on its way there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from almoner.crm.contract import Outcome, Problem
from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.destinations import Destination, reason_of
from almoner.sync.entities import GIFT, Entity
from almoner.sync.rules import Reason, Wanted


async def reasons_of(
    tx: Tx, destination: Destination, sent: Sequence[tuple[Entity, Wanted, Any]], outcomes: Sequence[Outcome]
) -> list[tuple[Reason | None, str | None]]:
    """The reason and its detail for each of what was `sent`; none for what went.

    What takes more of a gift than the destination has of it waits for the gift, while a correction of that is still to come.
    """
    reasons = [reason_of(outcome) for outcome in outcomes]
    awaited = [entity.awaited(fact) for entity, _, fact in sent]
    exceeding = {
        int(gift)
        for gift, outcome in zip(awaited, outcomes, strict=True)
        if gift is not None and outcome.problem is Problem.REVERSAL_EXCEEDS_GIFT
    }
    behind: Collection[int] = ()
    if exceeding:
        went = {
            wanted.record_id: fact.version
            for (entity, wanted, fact), (reason, _) in zip(sent, reasons, strict=True)
            if entity is GIFT and reason is None
        }
        behind = await _behind(tx, destination, exceeding, went)
    for n, (gift, outcome) in enumerate(zip(awaited, outcomes, strict=True)):
        is_early = (
            outcome.problem is Problem.REVERSAL_EXCEEDS_GIFT and gift is not None and int(gift) in behind
        )
        if is_early or reasons[n][0] is Reason.WAITING_FOR_GIFT:
            reasons[n] = Reason.WAITING_FOR_GIFT, gift
    return reasons


async def _behind(
    tx: Tx, destination: Destination, gift_ids: Collection[int], went: dict[int, int]
) -> set[int]:
    """Those of the gifts that are not at the destination as they are now; `went`: the versions that have just come there."""
    known = (await store.records(tx, destination.name, [], {GIFT.name: gift_ids})).of(GIFT.name)
    done = {id_: record.done for id_, record in known.items()} | went
    wanted = {id_: record.wanted for id_, record in known.items()}
    facts = await GIFT.facts(tx, sorted(gift_ids))
    now = wanted | {id_: fact.version for id_, fact in facts.items()}
    return {id_ for id_ in gift_ids if done.get(id_, 0) < now.get(id_, 0)}
