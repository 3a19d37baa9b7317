"""Reversals: read them, and write them with their gift, its figures and what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.events import LOG
from almoner.giving.gifts import service as gifts
from almoner.giving.gifts.views import GiftView
from almoner.giving.reversals.rules import ReversalFacts, State, split_back
from almoner.giving.reversals.views import ReversalView, reversal_view
from almoner.giving.unreadable import Unreadable
from almoner.kernel.choices import one_of
from almoner.kernel.errors import only
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import encode_json, fill, told

_queries = load_queries(__file__)

SORTS = {
    "id": "id",
    "amount": "amount_minor",
    "date": "on_day",
    "createddate": "created_at",
    "status": "state",
}
"""`SortBy` names of the list of reversals and the columns behind them."""

COLUMNS = (
    "id",
    "gift_id",
    "kind",
    "state",
    "amount_minor",
    "project_ids",
    "project_minor",
    "said_minor",
    "gateway_key",
    "transaction_id",
    "reason",
    "detail",
    "requested_by",
    "idempotency_key",
    "on_day",
    "reinstated_on",
    "looks",
    "look_at",
    "version",
)
"""What `write` takes of a row; the rest is kept."""


async def records(tx: Tx, ids: Sequence[int]) -> list[ReversalView]:
    """Reversals in the order of `ids`; unknown ids are left out. The one read of reversals."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("giving.reversal", rows, ids, reversal_view, ReversalView)


async def read_reversal(tx: Tx, reversal_id: int) -> ReversalView:
    """One reversal; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [reversal_id]), "reversal", reversal_id)


async def list_reversals(tx: Tx, paging: Paging, state: str | None = None) -> Page[ReversalView]:
    """A page of reversals, of those in `state` when it is named, and how many there are."""
    if (chosen := one_of("state", state, State)) is not None:
        return await read_page(tx, _queries.chosen_in, paging, records, states=[chosen])
    return await read_page(tx, _queries.chosen, paging, records)


async def reversals_of(tx: Tx, gift_id: int) -> list[ReversalView]:
    """The reversals of a gift, the oldest first; `NotFound` when there is no such gift."""
    ids = [row["id"] for row in await _queries.of_gift(tx, gift_id=gift_id)]
    if not ids:
        await gifts.read_gift(tx, gift_id)
    return await records(tx, ids)


async def left_of(tx: Tx, gift_id: int) -> dict[int, int]:
    """What is left of a gift for each project, in minor units, in the order of its split: less what went back and what is asked for."""
    return {row["project_id"]: row["minor"] for row in await _queries.left_of(tx, gift_id=gift_id)}


async def is_refunding(tx: Tx, gift_id: int, key: str) -> bool:
    """Whether a refund of the gift was asked for under this Idempotency-Key, and did not fail."""
    row = await _queries.of_key(tx, key=key)
    return row is not None and row["gift_id"] == gift_id


async def pressing(tx: Tx, since: datetime, most: int) -> tuple[int, int]:
    """How many refunds failed since then (UTC), were not asked for again and could still be, and how many disputes are open; each counted up to `most`."""
    row = await _queries.pressing(tx, since=since, most=most)
    return row["refunds"], row["disputes"]


async def reversal_facts(tx: Tx, ids: Sequence[int]) -> dict[int, ReversalFacts]:
    """Facts of reversals of which something went back, by id; others are left out."""
    return {row["id"]: ReversalFacts(**row) for row in await _queries.facts(tx, ids=list(ids))}


async def unreadable_reversals(tx: Tx, ids: Sequence[int]) -> dict[int, Unreadable]:
    """What is left of reversals without facts, by id; those that are not there at all are left out."""
    return {row["id"]: fill(Unreadable, row) for row in await _queries.unreadable(tx, ids=list(ids))}


async def write(tx: Tx, row: Mapping[str, Any], now: datetime) -> int:
    """Store a reversal, or write one that is there anew, as `row` says; answers its id. Its gift's donor must be held.

    What is told of it and of its gift since appends its events. One of `version` 0 is not told of: of a refund that was only asked for nothing
    has happened. `asyncpg.CheckViolationError` when more would be taken back than was given.
    """
    gift_id, id_ = row["gift_id"], row.get("id")
    gift = await gifts.read_gift(tx, gift_id)
    before = await read_reversal(tx, id_) if id_ is not None and row["version"] > 1 else None
    booked = await _queries.book(tx, row=encode_json(row).decode(), now=now)
    if booked["gift_version"] is not None:
        await gifts.announce_change(tx, gift, booked["gift_version"], now)
    if row["version"]:
        await _announce(tx, booked["id"], row["version"], before, gift.donor_id, now)
    if row["state"] in (State.FAILED, State.WON):
        await _widen(tx, gift_id, now)
    return int(booked["id"])


async def correct_gift(
    tx: Tx, gift_id: int, said: Mapping[str, Any], now: datetime, *, projects_max: int
) -> GiftView:
    """Correct a gift, and answer and raise as `gifts.service.correct_gift`: what a processor took more of than was left takes what is left since."""
    await gifts.correct_gift(tx, gift_id, said, now, projects_max=projects_max)
    await _widen(tx, gift_id, now)
    return await gifts.read_gift(tx, gift_id)


async def _widen(tx: Tx, gift_id: int, now: datetime) -> None:
    """There is more again: what a processor took more of than was left then takes it now, the oldest first."""
    for row in await _queries.narrow(tx, gift_id=gift_id):
        left = await _queries.left_of(tx, gift_id=gift_id)
        more = min(row["said_minor"] - row["amount_minor"], sum(part["minor"] for part in left))
        if not more:
            return
        parts = Counter(dict(zip(row["project_ids"], row["project_minor"], strict=True)))
        parts.update(split_back(left, more))
        whole = row["amount_minor"] + more
        new = {name: row[name] for name in COLUMNS} | {
            "amount_minor": whole,
            "project_ids": list(parts),
            "project_minor": list(parts.values()),
            "said_minor": row["said_minor"] if row["said_minor"] > whole else None,
            "version": row["version"] + (row["version"] > 0),
        }
        await write(tx, new, now)


async def _announce(
    tx: Tx, id_: int, version: int, before: ReversalView | None, donor_id: int, now: datetime
) -> None:
    if before is None:
        await LOG.announce(tx, "reversal.created", id_, now, version=version, key_id=donor_id)
        return
    since = told(await read_reversal(tx, id_))
    old = {
        name: value for name, value in told(before).items() if name != "modifiedDate" and value != since[name]
    }
    await LOG.announce(tx, "reversal.updated", id_, now, version=version, key_id=donor_id, data=old)


async def stuck_refunds(
    tx: Tx, reached: Mapping[str, str | None], before: datetime, asked_before: datetime
) -> list[Any]:
    """Refunds of which nobody found out whether they went, by gateway: how many, since when, and the ids of the five oldest.

    Those that should have been looked at `before` then, those that were `asked_before` then and have no name at the processor, and all of
    gateways that are not among those that can be `reached`, or were reached through another account (gateways with their accounts; UTC).
    """
    named = {"gateways": list(reached), "accounts": list(reached.values())}
    return list(await _queries.stuck_refunds(tx, **named, before=before, asked_before=asked_before))
