"""Enter rows of gifts in portions, each whole or not at all; or tell what would become of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from almoner.cli.gift_fields import GiftRow
from almoner.cli.people import by_whom
from almoner.crm.gifts.bring import Brought, bring, keys_of, taken
from almoner.kernel.clock import SystemClock
from almoner.platform.database import Database, Tx
from almoner.platform.database.trouble import CONFLICTS

_TRIES = 8
_WAIT_SECONDS = 0.05


class Desk:
    """Where portions are entered, each in a transaction of its own that others' work on the same rows may make begin anew."""

    def __init__(self, db: Database, organization_id: int, parts_max: int, is_check: bool) -> None:
        self._db = db
        self._organization_id = organization_id
        self._parts_max = parts_max
        self._is_check = is_check
        self._rehearsed: dict[int, int] = {}
        """In a check: the keys of the gifts so far that would be stored, each with what it says, by their hashes."""

    async def enter(self, rows: Sequence[GiftRow]) -> list[Brought | None]:
        """What became of each row; None of one that says no gift."""
        for attempt in range(_TRIES):
            try:
                found = iter(await self._in_transaction(rows))
                return [None if row.gift is None else next(found) for row in rows]
            except CONFLICTS:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(_WAIT_SECONDS * 2**attempt)
        raise AssertionError

    async def _in_transaction(self, rows: Sequence[GiftRow]) -> list[Brought]:
        gifts = [row.gift for row in rows if row.gift is not None]
        now = SystemClock().now()
        home = await self._db.home(self._organization_id)
        brought: list[Brought] = []
        with suppress(_NotStored):
            async with home.tenant(self._organization_id, actor=by_whom()) as tx:
                brought = await bring(tx, gifts, now, parts_max=self._parts_max)
                if self._is_check:
                    brought = await self._as_after_the_others(tx, brought)
                    raise _NotStored
        return brought

    async def _as_after_the_others(self, tx: Tx, brought: list[Brought]) -> list[Brought]:
        """What would have become of gifts had those of the portions before been stored."""
        known = await keys_of(
            tx, [one.gift_id for one in brought if one.gift_id is not None and not one.errors]
        )
        marks = {gift_id: (hash(key), hash(says)) for gift_id, (key, says) in known.items()}
        told = []
        for one in brought:
            key, says = marks.get(one.gift_id or 0, (None, None))
            before = self._rehearsed.get(key) if one.did == "made" and key is not None else None
            if before is None:
                told.append(one)
            elif before == says:
                told.append(Brought("same", (), one.gift_id, one.amount, one.currency))
            else:
                told.append(Brought("refused", taken(), None, one.amount, one.currency))
        for one in told:
            if one.did == "made" and one.gift_id in marks:
                key, says = marks[one.gift_id]
                self._rehearsed[key] = says
        return told


class _NotStored(Exception):
    """Ends the transaction of a check: nothing of it stays."""
