"""The gifts that keep a promise, in full."""

from __future__ import annotations

from almoner.crm.commitments.links import gift_ids_of
from almoner.crm.gifts.service import records
from almoner.crm.gifts.views import GiftView
from almoner.platform.database import Tx


async def gifts_of(tx: Tx, kind: str, record_id: int, crm_url: str) -> list[GiftView]:
    """The gifts that are applied to a record of a `kind` (`grant_award`), in the order of their days; those taken back since are among them."""
    return await records(tx, await gift_ids_of(tx, kind, record_id), crm_url)
