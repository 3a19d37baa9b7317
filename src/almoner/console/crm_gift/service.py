"""Read all that is known of one gift of the CRM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from almoner.crm.campaigns.service import GiftPart, parts_of_gift
from almoner.crm.gifts.service import TakenBack, read_gift, taken_back, takes_back
from almoner.crm.gifts.views import GiftView
from almoner.kernel.errors import NotFound
from almoner.platform.database import Tx
from almoner.sync import service as sync
from almoner.sync.entities import GIFT
from almoner.sync.service import Why

May: TypeAlias = Callable[[str], bool]
"""Whether a visitor has a permission."""


@dataclass(frozen=True, slots=True)
class Story:
    """A gift; the gift that it takes back, or what was taken back of it; its campaigns and why it is as it is, None where the visitor may not read those.

    `sent`: what the sync knows of the gift in giving that it came from; None of one that came on another way.
    """

    gift: GiftView
    takes_back: int | None
    taken_back: list[TakenBack]
    campaigns: list[GiftPart]
    sent: Why | None
    shows_contact: bool


async def read_story(tx: Tx, gift_id: int, may: May) -> Story:
    """A gift with what belongs to it, as far as the visitor `may` read that; `NotFound` when this organization has none with this id."""
    gift = await read_gift(tx, gift_id)
    taken = await takes_back(tx, gift_id)
    return Story(
        gift,
        taken,
        await taken_back(tx, gift_id),
        await parts_of_gift(tx, gift_id) if may("campaign:read") else [],
        await _sent(tx, gift, taken),
        may("contact:read"),
    )


async def _sent(tx: Tx, gift: GiftView, takes_back: int | None) -> Why | None:
    """What the sync knows of the gift that this one came from, where giving has that. What takes a gift back came from the same as that."""
    if gift.source_raise_gift_id is None:
        return None
    try:
        why = await sync.why(tx, GIFT.name, gift.source_raise_gift_id)
    except NotFound:
        return None
    there = why.record.crm_id
    return why if there is not None and there in (gift.id, takes_back) else None
