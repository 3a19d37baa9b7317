"""Money of a gift that went back is a gift of the CRM that takes another back; what came again stands beside it (docs/decisions/0037)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from almoner.crm.contract import Key, Part, ReinstateGift, ReverseGift
from almoner.giving import contract as giving
from almoner.giving.contract import ReversalFacts, Unreadable
from almoner.platform.database import Tx
from almoner.sync.entities.donor import SOURCE
from almoner.sync.rules import Reason, Wanted, gift_hold


class ReversalEntity:
    """Reversals go as their gifts do, and behind them."""

    name = "reversal"
    page = "Gift"
    kinds = frozenset({giving.REVERSAL_CREATED, giving.REVERSAL_UPDATED})

    async def facts(self, tx: Tx, ids: Sequence[int]) -> dict[int, ReversalFacts]:
        """Reversals as they are now, by id."""
        return await giving.reversal_facts(tx, ids)

    async def unreadable(self, tx: Tx, ids: Sequence[int]) -> dict[int, Unreadable]:
        """What is left of reversals that cannot be read in full."""
        return await giving.unreadable_reversals(tx, ids)

    def donor_id(self, reversal: ReversalFacts) -> int:
        """Who gave the gift."""
        return reversal.donor_id

    def made_at(self, reversal: ReversalFacts) -> datetime:
        """When it was asked for, or heard of (UTC)."""
        return reversal.created_at

    def hold(
        self, reversal: ReversalFacts, wanted: Wanted, integration: str
    ) -> tuple[Reason, str | None] | None:
        """Why it does not go: its gift does not, or its campaign is paused. That the gift is not there the CRM says."""
        reason = gift_hold(
            integration=integration,
            is_test_mode=reversal.is_test_mode,
            can_sync=reversal.can_sync,
            campaign_syncs=reversal.campaign_syncs,
            is_there=reversal.can_sync,
        )
        if reason is None:
            return None
        return reason, str(reversal.campaign_id) if reason is Reason.HELD_CAMPAIGN_PAUSED else None

    def change(self, reversal: ReversalFacts) -> ReverseGift | ReinstateGift:
        """What it takes of its gift, part by part; and since when the gift has it again, if it has. No gift has its key, for theirs are numbers."""
        key, of = Key(SOURCE, f"reversal-{reversal.id}"), Key(SOURCE, str(reversal.gift_id))
        parts = tuple(
            Part(code=code, minor=minor)
            for code, minor in zip(reversal.codes, reversal.project_minor, strict=True)
        )
        if reversal.reinstated_on is None:
            return ReverseGift(key=key, version=reversal.version, of=of, on=reversal.on, designations=parts)
        back = max(reversal.on, reversal.reinstated_on)
        return ReinstateGift(
            key=key,
            version=reversal.version,
            of=of,
            on=reversal.on,
            reinstated_on=back,
            designations=parts,
        )

    def money(self, reversal: ReversalFacts) -> tuple[str, int]:
        """Its currency, and what it takes of the gift: below zero; nothing once that came again."""
        return reversal.currency, 0 if reversal.reinstated_on is not None else -reversal.amount_minor

    def awaited(self, reversal: ReversalFacts) -> str:
        """The gift that it waits for."""
        return str(reversal.gift_id)


REVERSAL = ReversalEntity()
