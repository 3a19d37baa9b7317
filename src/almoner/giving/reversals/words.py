"""What happened at a processor, taken as facts: each once by its event's id, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg

from almoner.giving.gifts.service import hold_donors_of
from almoner.giving.payments.rules import WORDS, Word
from almoner.giving.reversals import service
from almoner.giving.reversals.rules import GONE, Heard, Kind, State, follows, heard, split_back
from almoner.kernel.clock import local_day
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)

AT_ONCE = 100
"""Refunds, disputes and failures of one organization that are settled in one transaction."""

_NO_GIFT = "No gift has this payment yet."
_NOTHING_LEFT = "Nothing is left of the gift."
_UNNAMED = "A refund of this gift was asked for here, and the processor has not said yet by which name."


_OTHER_CURRENCY = "The processor says it in {}, and the gift is in {}."


async def processor_said(tx: Tx, words: Sequence[Word], now: datetime) -> None:
    """Take what a processor says happened to payments of this organization, and settle what can be of these payments.

    The same event id again says nothing new. Words may come in any order, before the gift they are about, or before their time:
    what cannot be settled yet is kept, and looked at again (`settle_words`). `ValueError` for a word of no such kind or state.

    Words of other payments are left alone, however long they are due: so no more donors are locked than these payments have, and who says
    more of the same payments in one transaction locks the same ones again.
    """
    await hear(tx, words, now)
    await settle_words(tx, now, payment_ids=sorted({word.payment_id for word in words}))


async def hear(tx: Tx, words: Sequence[Word], now: datetime) -> None:
    """Store words; what they come to is settled when they are due."""
    for word in words:
        if word.state not in WORDS.get(word.kind, ()):
            raise ValueError(f"no processor says {word.kind} {word.state}")
    if words:
        await _queries.hear(tx, words=encode_json([_row(word) for word in words]).decode(), now=now)


def _row(word: Word) -> dict[str, Any]:
    return {name: getattr(word, name) for name in Word.__slots__}


async def settle_words(tx: Tx, now: datetime, *, payment_ids: Sequence[str] | None = None) -> int:
    """Settle the words of this organization that are due at `now`, of all payments or of those alone, at most `AT_ONCE` refunds and disputes;
    answers how many it looked at. Not to be called twice for all in one transaction: each call locks donors in an order of its own.
    """
    which = {"now": now, "most": AT_ONCE, "payment_ids": payment_ids}
    rows = await _queries.unsettled(tx, **which)
    held = {row["gift_id"] for row in rows} - {None}
    if held:
        await hold_donors_of(tx, sorted(held))
        # Read again behind the lock: who had it before may have heard, and settled, more of the same.
        again = await _queries.unsettled(tx, **which)
        rows = [row for row in again if row["gift_id"] is None or row["gift_id"] in held]
    looked_at = 0
    for _, group in groupby(rows, key=itemgetter("gateway", "kind", "transaction_id")):
        looked_at += 1
        words = list(group)
        said = {"gateway": words[0]["gateway"], "event_ids": [word["event_id"] for word in words]}
        if (obstacle := await _attempted(tx, words, now)) is None:
            await _queries.settle_words(tx, **said, detail=None, now=now)
        else:
            await _queries.keep_words(tx, **said, detail=obstacle, now=now)
    return looked_at


async def _attempted(tx: Tx, words: Sequence[Any], now: datetime) -> str | None:
    """What keeps words from being settled; None when they are. A gift that is broken in the database keeps its own words alone."""
    await tx.conn.execute("SAVEPOINT word")
    try:
        obstacle = await _settle(tx, words, now)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        await tx.conn.execute("ROLLBACK TO SAVEPOINT word")
        obstacle = f"The gift does not take it: {error.constraint_name or error}"
    await tx.conn.execute("RELEASE SAVEPOINT word")
    return obstacle


async def _settle(tx: Tx, words: Sequence[Any], now: datetime) -> str | None:
    first = words[0]
    if first["gift_id"] is None:
        return _NO_GIFT
    if others := {word["currency"] for word in words} - {first["gift_currency"]}:
        return _OTHER_CURRENCY.format(min(others), first["gift_currency"])
    keys = {word["gateway_key"] for word in words} - {None}
    named = {"gift_id": first["gift_id"], "kind": first["kind"], "transaction_id": first["transaction_id"]}
    row = await _queries.of_word(tx, **named, gateway_key=next(iter(keys), None))
    what = heard(words)
    if row is not None:
        await _follow(tx, row, first["transaction_id"], what, now)
        return None
    if first["kind"] == Kind.REFUND and await _queries.has_unnamed_refund(tx, gift_id=first["gift_id"]):
        return _UNNAMED
    return await _make(tx, first, what, now)


async def _follow(tx: Tx, row: Any, transaction_id: str, what: Heard, now: datetime) -> None:
    """Bring a reversal that is there into the state that its words come to."""
    zone = tx.organization.time_zone
    new: dict[str, Any] = {name: row[name] for name in service.COLUMNS}
    new["transaction_id"] = transaction_id
    is_told = follows(row["kind"], row["state"], what.state, row["transaction_id"] is not None)
    went, back = _days(what, zone)
    if is_told and what.state is not None:
        was_gone = row["version"] > 0
        new |= {"state": what.state, "detail": None}
        new["on_day"] = row["on_day"] or went
        new["reinstated_on"] = back if was_gone or what.state is State.WON else None
        new["look_at"] = None
        new["version"] = row["version"] + 1 if was_gone or what.state != State.FAILED else 0
    elif row["kind"] == Kind.DISPUTE and row["on_day"] > went:
        # What opened it came after what closed it.
        new |= {"on_day": went, "version": row["version"] + 1}
    elif row["transaction_id"] == transaction_id:
        return
    await service.write(tx, new, now)


async def _make(tx: Tx, word: Any, what: Heard, now: datetime) -> str | None:
    """A reversal of what happened at the processor alone: in proportion, for it names no projects, and no more than is left."""
    left = await _queries.left_of(tx, gift_id=word["gift_id"])
    whole = sum(row["minor"] for row in left)
    minor = min(word["amount_minor"], whole)
    is_reserved = what.state is None
    if minor < word["amount_minor"] and await _queries.has_unnamed_refund(tx, gift_id=word["gift_id"]):
        # What that has reserved may turn out not to have gone.
        return _UNNAMED
    if not minor:
        return _NOTHING_LEFT if is_reserved or what.state in GONE else None
    went, back = _days(what, tx.organization.time_zone)
    parts = split_back(left, minor)
    has_happened = not is_reserved and what.state is not State.FAILED
    row = {
        "gift_id": word["gift_id"],
        "kind": word["kind"],
        "state": State.ASKED if what.state is None else what.state,
        "amount_minor": minor,
        "project_ids": list(parts),
        "project_minor": list(parts.values()),
        "said_minor": word["amount_minor"] if word["amount_minor"] > minor else None,
        "gateway_key": word["gateway_key"],
        "transaction_id": word["transaction_id"],
        "reason": word["reason"],
        "on_day": went if has_happened else None,
        "reinstated_on": back if has_happened else None,
        "version": int(has_happened),
    }
    await service.write(tx, row, now)
    return None


def _days(what: Heard, zone: str) -> tuple[Any, Any]:
    return local_day(what.went_at, zone), None if what.back_at is None else local_day(what.back_at, zone)


async def waiting_words(tx: Tx, take: int) -> list[Any]:
    """Words that are not settled, each with what it waits for; the next that is looked at first."""
    return list(await _queries.waiting_words(tx, take=take))


async def overdue_words(tx: Tx, before: datetime) -> tuple[int, datetime | None]:
    """How many words wait that came, and whose time came, `before` then (UTC), and when the first of them came."""
    row = await _queries.overdue_words(tx, before=before)
    return row["words"], row["oldest"]
