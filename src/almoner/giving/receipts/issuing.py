"""Writes the receipts of gifts, in sets: what is to be done is decided of facts, numbered and stored in one transaction.

Who writes holds the book of the year from before the gifts are read until the commit: so numbers follow each other without a gap however
many write and however they end, and a gift has one receipt in force.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from almoner.giving.receipts.letters import Sayings, receipt_said, void_letter
from almoner.giving.receipts.rules import (
    GONE,
    Facts,
    Plan,
    Unwritable,
    facts_of,
    number_text,
    plan_of,
)
from almoner.giving.receipts.sayings import read_setting, sayings_of
from almoner.kernel.clock import local_day
from almoner.platform.database import Tx, load_queries
from almoner.platform.telling import read_rows

_queries = load_queries(__file__)

Decide = Callable[[Facts], Plan]

AT_A_STRETCH = 20
"""Receipts that are put into words before whoever else waits for this process has a turn: some 2 ms."""


class _Batch:
    """Receipts and voids of one transaction, as they are put together."""

    def __init__(self, sayings: Sayings, year: int, last: int, now: datetime, zone: str) -> None:
        self.receipts: list[dict[str, Any]] = []
        self.voids: list[dict[str, Any]] = []
        self.troubles: list[dict[str, Any]] = []
        self._sayings = sayings
        self._year = year
        self._last = last
        self._today = local_day(now, zone)

    def add(self, facts: Facts, plan: Plan) -> None:
        """Do for a gift what is planned."""
        if plan.void is not None:
            self._void(facts, plan)
        if plan.writes:
            self._write(facts)

    def _write(self, facts: Facts) -> None:
        number = self._last + len(self.receipts) + 1
        said, fallback = receipt_said(self._sayings, facts, number_text(self._year, number), self._today)
        letter = (
            None if facts.donor.email is None else {"address": facts.donor.email, "content": said["letter"]}
        )
        self.receipts.append({
            "number": number,
            "gift_id": facts.gift_id,
            "donor_id": facts.donor.id,
            "replaces_id": None if facts.former is None else facts.former.id,
            "currency": facts.currency,
            "amount_minor": facts.amount_minor,
            "deductible_minor": facts.deductible_minor,
            "gift_on": facts.gift_on,
            "basis": facts.basis,
            "said": said,
            "fallback": fallback,
            "letter": letter,
        })  # fmt: skip

    def _void(self, facts: Facts, plan: Plan) -> None:
        former = facts.former
        assert former is not None
        assert plan.void is not None
        void: dict[str, Any] = {
            "id": former.id,
            "cause": plan.void.cause,
            "reason": plan.void.reason,
        }
        if plan.void.cause in GONE and facts.donor.email is not None:
            said = sum(part[1] for part in former.basis["parts"]), former.basis["currency"]
            content = void_letter(self._sayings, facts, former.number, said, plan.void.reason)
            void["letter"] = {"address": facts.donor.email, "content": content}
        self.voids.append(void)


async def issue(
    tx: Tx, gift_ids: Sequence[int], now: datetime, mail_from: str, decide: Decide | None = None
) -> int:
    """Bring the receipts of gifts up to what the gifts are, or do what `decide` says; answers how many were written or voided.

    Raises asyncpg's `SerializationError` where another did it meanwhile; then nothing was done. A gift that cannot be read is noted as a
    trouble, and the others go on.
    """
    setting = await read_setting(tx)
    zone = tx.organization.time_zone
    year = local_day(now, zone).year
    last = await _queries.hold_book(tx, year=year)
    batch = _Batch(await sayings_of(tx, setting, mail_from), year, last, now, zone)
    for n, row in enumerate(await read_rows(_queries.facts, tx, gift_ids)):
        if n % AT_A_STRETCH == AT_A_STRETCH - 1:
            await asyncio.sleep(0)
        try:
            facts = facts_of(row)
            plan = (
                decide(facts)
                if decide is not None
                else plan_of(
                    facts,
                    is_automatic=setting.is_automatic,
                    includes_imported=setting.includes_imported,
                    starts_at=setting.starts_at,
                )
            )
            batch.add(facts, plan)
        except Unwritable as error:
            batch.troubles.append({"gift_id": row["id"], "reason": str(error)})
    await _store(tx, batch, year, now)
    return len(batch.receipts) + len(batch.voids)


async def note_trouble(tx: Tx, gift_id: int, reason: str, now: datetime) -> None:
    """Keep that no receipt could be written of a gift, and why."""
    await _queries.note_trouble(tx, troubles=_json([{"gift_id": gift_id, "reason": reason}]), now=now)


async def _store(tx: Tx, batch: _Batch, year: int, now: datetime) -> None:
    if batch.receipts or batch.voids:
        await _queries.write(tx, year=year, receipts=_json(batch.receipts), voids=_json(batch.voids), now=now)
    if batch.troubles:
        await _queries.note_trouble(tx, troubles=_json(batch.troubles), now=now)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
