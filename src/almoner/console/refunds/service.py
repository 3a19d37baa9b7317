"""Read what a refund of a gift is decided by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from almoner.giving.gifts.service import read_gift
from almoner.giving.gifts.views import GiftView
from almoner.giving.reversals import service as reversals
from almoner.giving.reversals.rules import State
from almoner.giving.reversals.views import ReversalView
from almoner.platform.database import Tx


@dataclass(frozen=True, slots=True)
class Refundable:
    """A gift with what went back of it, and what is left for each project, by its id, in minor units: less what is asked for."""

    gift: GiftView
    reversals: list[ReversalView]
    left: dict[int, int]

    @property
    def asked(self) -> list[ReversalView]:
        """The refunds of which nobody knows yet whether they went."""
        return asked_of(self.reversals)


def asked_of(found: Sequence[ReversalView]) -> list[ReversalView]:
    """Those of the reversals that are asked for and not concluded."""
    return [one for one in found if one.state == State.ASKED]


async def read_refundable(tx: Tx, gift_id: int) -> Refundable:
    """A gift with all that its refund is decided by; `NotFound` without it."""
    gift = await read_gift(tx, gift_id)
    return Refundable(gift, await reversals.reversals_of(tx, gift_id), await reversals.left_of(tx, gift_id))


async def has_other_asked(tx: Tx, gift_id: int, key: str) -> bool:
    """Whether a refund of the gift is asked for, and by another form than the one with this key."""
    if not asked_of(await reversals.reversals_of(tx, gift_id)):
        return False
    return not await reversals.is_refunding(tx, gift_id, key)
