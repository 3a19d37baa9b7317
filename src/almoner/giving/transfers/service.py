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

    `NotFound` when there is no such gift, `Invalid` when there is no such donor, or it is erased. It is kept who moved it (`by`), when and why.
    """
    (held,) = await _queries.hold_both(tx, gift_id=gift_id, donor_id=said["donor_id"])
    found(held["from_donor_id"], "gift", gift_id)
    if errors := await _broken(tx, said["donor_id"]):
        raise Invalid("The gift cannot move there.", fields=tuple(errors))
    to = held["to_donor_id"]
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
    return [] if donor_id is None else await _broken(tx, donor_id)


async def hold_donors(tx: Tx, ids: Sequence[int]) -> None:
    """Hold donors, in one order for everybody: nobody who holds some asks for more."""
    await _queries.hold_donors(tx, ids=list(ids))


async def _broken(tx: Tx, donor_id: int) -> list[FieldError]:
    now = await _queries.donor_now(tx, donor_id=donor_id)
    if now is None:
        return [FieldError("donorId", "UNKNOWN", f"There is no donor {donor_id}.")]
    if now["erased_at"] is not None:
        return [FieldError("donorId", "ERASED", f"Donor {now['id']} is erased: nobody knows who it was.")]
    return []
