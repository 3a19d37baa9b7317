"""Move gifts to the donors who gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.gifts.service import read_gift
from almoner.giving.gifts.views import GiftView
from almoner.giving.transfers.views import GiftTransferView, transfer_view
from almoner.kernel.errors import FieldError, Invalid, found
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)


async def transfer_gift(tx: Tx, gift_id: int, said: Mapping[str, Any], now: datetime, *, by: str) -> GiftView:
    """Move a gift to the donor that is `said`, or to the one that donor was merged into; one that is there already stays as it is.

    `NotFound` when there is no such gift, `Invalid` when there is no such donor. It is kept who moved it (`by`), when and why.
    """
    to = await _held(tx, gift_id, said["donor_id"])
    await _queries.move(tx, gift_id=gift_id, to_donor_id=to, by=by, reason=clean(said.get("reason")), now=now)
    return await read_gift(tx, gift_id)


async def list_transfers(tx: Tx, gift_id: int) -> list[GiftTransferView]:
    """The moves of a gift, the first one first; `NotFound` when there is no such gift."""
    found(await _queries.donor_of(tx, gift_id=gift_id), "gift", gift_id)
    return [transfer_view(row) for row in await _queries.moves(tx, gift_id=gift_id)]


async def broken_in_transfer(tx: Tx, gift_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with a transfer; `NotFound` without the gift."""
    found(await _queries.donor_of(tx, gift_id=gift_id), "gift", gift_id)
    donor_id = said.get("donor_id")
    if donor_id is None or await _queries.hold_donors(tx, ids=[donor_id]):
        return []
    return [_unknown(donor_id)]


async def hold_donors(tx: Tx, ids: Sequence[int]) -> dict[int, int | None]:
    """Hold donors, in one order for everybody: those that are there, by id, and the one that each was merged into."""
    return {row["id"]: row["survivor_id"] for row in await _queries.hold_donors(tx, ids=list(ids))}


async def _held(tx: Tx, gift_id: int, donor_id: int) -> int:
    """Hold the donor of a gift and the one it goes to; answers that one, after all merges. Who was meanwhile merged is followed."""
    to = donor_id
    while True:
        whose = found(await _queries.donor_of(tx, gift_id=gift_id), "gift", gift_id)
        held = await hold_donors(tx, [whose, to])
        if to not in held:
            raise Invalid("The gift cannot move there.", fields=(_unknown(to),))
        survivor = held[to]
        if survivor is None and await _queries.donor_of(tx, gift_id=gift_id) == whose:
            return to
        to = survivor or to


def _unknown(donor_id: int) -> FieldError:
    return FieldError("donorId", "UNKNOWN", f"There is no donor {donor_id}.")
