"""Workers drain the giving log into a destination: a part at a time, in order, effects and cursor in one transaction."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from itertools import groupby

import asyncpg

from almoner.giving import contract as giving
from almoner.kernel.clock import Clock
from almoner.platform.database import Connection, Server, Tx
from almoner.platform.database.trouble import CONFLICTS
from almoner.platform.events.reader import Batch, Event
from almoner.platform.events.wake import Wake
from almoner.platform.logger import Logger, error_facts
from almoner.platform.pace import Load
from almoner.platform.repeating import end_if_cancelled
from almoner.platform.settings import Settings
from almoner.sync import mend, remote, retry, store
from almoner.sync.attempt import attempted, is_nobodys_fault
from almoner.sync.destinations import BUILTIN, Destination, consumer_of
from almoner.sync.engine import Work, apply, leave_due, note, refreshed
from almoner.sync.held import Held
from almoner.sync.metrics import GIFTS_SYNCED, LAG_SECONDS

_log = Logger(__name__)

LOCK_SECONDS = 0.1
"""Longest wait of a worker for a row that somebody else holds: all whose events it reads wait with it."""
DUE_LIMIT = 200
MEND_SECONDS = 0.2
"""How long one look for what is mended goes on while the log waits: of some hundred organizations."""
GATHER_SECONDS = 0.01
"""Pause after a batch that was not full: gifts given within it go together, at a fraction of the cost of one by one."""
GATHER_SECONDS_MAX = 0.05
"""The same at most, on a machine that is busy with others."""

Step = Callable[[Tx, list[Event], int], Awaitable[None]]
"""What is done with the events of one organization; the number is the slot of the sync's tally to use."""


class SyncWorker:
    """One of any number of equal workers for a destination, in this process or others: a part is held by one at a time."""

    def __init__(
        self,
        db: Server,
        wake: Wake,
        clock: Clock,
        settings: Settings,
        destination: Destination = BUILTIN,
        *,
        load: Load | None = None,
    ) -> None:
        """What may wait makes room for it where it is told by `load`."""
        self._db = db
        self._wake = wake
        self._clock = clock
        self._settings = settings
        self._destination = destination
        self._reader = giving.event_reader(consumer_of(destination))
        self._load = load or Load()
        self._held = Held()
        self._next_retry = 0.0
        self._next_mend = 0.0
        self._mended_last = 0

    async def run(self) -> None:
        """Work until cancelled. A lost database is waited for; nothing that was not committed counts as done."""
        await self._keep_trying(self._register)
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            moved = await self._keep_trying(self.drain_once)
            took = clock() - began
            retried = await self._look_after()
            end_if_cancelled()  # a step may have taken it for the trouble of one record
            if not moved and not retried:
                await self._wake.wait(self._settings.sync_poll_seconds)
            if moved < self._settings.sync_batch_max:
                # As long as the round took: where the machine is busy, the sync takes half of its time at most, in larger batches.
                await asyncio.sleep(min(max(GATHER_SECONDS, took), GATHER_SECONDS_MAX))

    async def drain_once(self) -> int:
        """Go once through all parts that have news; answers how many events were done."""
        async with self._db.connection() as conn:
            parts = await self._reader.parts_with_news(conn)
        random.shuffle(parts)  # workers that wake together should not queue for the same part
        moved = 0
        if parts:
            with self._load.serving():
                while parts:
                    moved += await self.drain_parts(parts)
        return moved

    async def drain_parts(self, parts: list[int]) -> int:
        """One batch from as many of `parts` as it takes to fill it, in one transaction; they leave the list.

        When it fails, again organization by organization, and donor by donor where that fails: a bad record fails alone.
        """
        before = parts.copy()
        try:
            return await self._in_batch(parts, self._apply_organization)
        except CONFLICTS:
            pass
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            _log.warning("sync_batch_failed", **error_facts(error))
        parts[:] = before
        return await self._in_batch(parts, self._apply_apart)

    async def retry_due(self) -> int:
        """Try what is due, at most a batch of each donor's; answers of how many donors. 0: nothing is due any more."""
        async with self._db.connection() as conn:
            due = await store.queries.due_donors(
                conn, destination=self._destination.name, now=self._clock.now(), limit=DUE_LIMIT
            )
        retried, seen = 0, set()
        for organization_id, donor_id in [(row["organization_id"], row["donor_id"]) for row in due]:
            if organization_id in self._held and organization_id in seen:
                continue  # one try a look shows whether its rows are free again
            seen.add(organization_id)
            retried += await self._alone(self._retry_donor, organization_id, donor_id)
        return retried

    async def mend(self, seconds: float = math.inf) -> int:
        """Queue gifts again that waited for something which is mended by now; answers how many.

        Of the organizations for which `seconds` are enough, one at least, and the next time of those that follow: where thousands wait,
        the log is drained meanwhile.
        """
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        async with self._db.connection() as conn:
            waiting = [row["organization_id"] for row in await store.queries.organizations_to_mend(conn)]
        mended = 0
        for organization_id in sorted(waiting, key=lambda one: (one <= self._mended_last, one)):
            mended += await self._alone(self._mend_organization, organization_id)
            self._mended_last = organization_id
            if clock() >= until:
                break
        return mended

    async def _mend_organization(self, organization_id: int) -> int:
        mended, portion = 0, store.PORTION
        while portion >= store.PORTION:
            async with self._db.tenant(organization_id) as tx:
                portion = await mend.queue_mended(tx, self._destination, self._clock.now())
            mended += portion
        return mended

    async def _alone(self, step: Callable[..., Awaitable[int]], *whose: int) -> int:
        """One donor's or organization's step: what goes wrong there keeps no other, and is tried again at the next look."""
        try:
            return await step(*whose)
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            _log.warning("sync_tries_again", whose=whose, **error_facts(error))
            return 0

    async def _register(self) -> int:
        async with self._db.connection() as conn:
            await self._reader.register(conn)
            await self._reader.extend(conn)
        return 0

    async def _look_after(self) -> int:
        """Due retries, mended causes and room in the log: now and then, however busy the worker is.

        Answers how many donors were retried: while there are any, the next look is at once. What fails waits for the next look:
        the log is drained meanwhile.
        """
        now, retried = asyncio.get_running_loop().time(), 0
        if now >= self._next_retry:
            retried = await self._try(self.retry_due)
            self._next_retry = now if retried else now + self._settings.sync_poll_seconds
        if now >= self._next_mend:
            self._next_mend = now + self._settings.sync_mend_seconds
            await self._try(partial(self.mend, MEND_SECONDS))
            await self._try(self._register)
        return retried

    async def _try(self, step: Callable[[], Awaitable[int]]) -> int:
        try:
            return await step()
        except Exception as error:  # noqa: BLE001 - a worker that ended would leave gifts waiting in silence
            end_if_cancelled()
            _log.warning("sync_tries_again", **error_facts(error))
            return 0

    async def _keep_trying(self, step: Callable[[], Awaitable[int]]) -> int:
        delay = self._settings.sync_trouble_seconds
        while True:
            try:
                return await step()
            except Exception as error:  # noqa: BLE001 - a worker that ended would leave gifts waiting in silence
                end_if_cancelled()
                _log.warning("sync_tries_again", **error_facts(error))
                await asyncio.sleep(delay)
                delay = min(delay * 2, self._settings.sync_trouble_seconds_max)

    async def _in_batch(self, parts: list[int], step: Step) -> int:
        async with self._db.system(lock_seconds=LOCK_SECONDS) as conn:
            batches = await self._read(conn, parts)
            events = [event for batch in batches for event in batch.events]
            if len(events) >= self._settings.sync_batch_max:
                self._wake.invite()
            if batches:
                # This transaction alone holds the part, so no other writes to the tally's slot of that number.
                await self._for_each_organization(conn, events, batches[0].part, step)
                await self._reader.done(conn, *batches)
        self._measure(events)
        return len(events)

    async def _read(self, conn: Connection, parts: list[int]) -> list[Batch]:
        """Events of parts taken off the end of `parts` until there are enough or no part is left."""
        batches: list[Batch] = []
        room = self._settings.sync_batch_max
        while parts and room > 0:
            batch = await self._reader.read(conn, parts.pop(), room)
            if batch is not None:
                batches.append(batch)
                room -= len(batch.events)
        return batches

    async def _for_each_organization(
        self, conn: Connection, events: list[Event], slot: int, step: Step
    ) -> None:
        by_organization = sorted(events, key=lambda event: event.organization_id)
        for organization_id, own in groupby(by_organization, key=lambda event: event.organization_id):
            if self._destination.serves(organization_id):
                await step(await self._db.act_for(conn, organization_id), list(own), slot)

    async def _apply_organization(self, tx: Tx, events: list[Event], slot: int) -> None:
        if tx.organization_id in self._held:
            await self._leave_due(tx, events)
        else:
            await self._apply(tx, await note(tx, self._destination, events), slot)

    async def _apply_apart(self, tx: Tx, events: list[Event], slot: int) -> None:
        """One organization's events: all at once if that is possible by itself, else donor by donor."""
        if tx.organization_id not in self._held:
            work = await note(tx, self._destination, events)
            if await self._attempt(tx, work, slot, is_retry=False) is None:
                return
        by_donor = sorted(events, key=lambda event: event.key_id)
        left = [(key_id, list(own)) for key_id, own in groupby(by_donor, key=lambda event: event.key_id)]
        while left and tx.organization_id not in self._held:
            donor_id, own = left.pop(0)
            work = await note(tx, self._destination, own)
            if work.donor_ids:
                await self._apply_guarded(tx, work, donor_id, slot, is_retry=False)
        await self._leave_due(tx, [event for _, own in left for event in own])

    async def _leave_due(self, tx: Tx, events: list[Event]) -> None:
        """Leave what happened to the retries, which take it in order when the rows it needs are free."""
        work = await note(tx, self._destination, events)
        if work.donor_ids:
            await leave_due(tx, self._destination, work, self._clock.now())

    async def _retry_donor(self, organization_id: int, donor_id: int) -> bool:
        """Try a batch of one donor's pending records.

        False when another worker has them, or has tried them by now, or somebody holds a row that they need.
        """
        if not self._destination.shares_transaction:
            return await remote.send_due(
                self._db, self._destination, organization_id, donor_id, self._clock, self._settings
            )
        async with self._db.system(lock_seconds=LOCK_SECONDS) as conn:
            part = await self._reader.hold(conn, organization_id, donor_id)
            if part is None:
                return False
            tx = await self._db.act_for(conn, organization_id)
            now = self._clock.now()
            name = self._destination.name
            work = await retry.due_work(tx, name, donor_id, now, self._settings.sync_batch_max)
            if work is None:
                return False
            went = await self._apply_guarded(tx, work, donor_id, part, is_retry=True)
            await retry.go_on(tx, name, donor_id, work, now)
        return went

    async def _apply_guarded(self, tx: Tx, work: Work, donor_id: int, slot: int, *, is_retry: bool) -> bool:
        """Apply one donor's work; when it fails, record by record: those before the bad one go, the others wait.

        False when somebody holds a row that it needs: then nothing of it is tried a second time.
        """
        error = await self._attempt(tx, work, slot, is_retry=is_retry)
        if error is None:
            self._held.free(tx.organization_id)
            return True
        is_held = isinstance(error, asyncpg.LockNotAvailableError)
        if is_held:
            self._held.meet(tx.organization_id)
        steps = [work] if is_held else retry.in_steps(work, is_retry=is_retry)
        for n, step in enumerate(steps):
            if len(steps) > 1:
                now_wanted = await refreshed(tx, self._destination, step)
                error = await self._attempt(tx, now_wanted, slot, is_retry=is_retry)
            if error is not None:
                tell = _log.debug if isinstance(error, CONFLICTS) else _log.warning
                tell("sync_record_failed", **error_facts(error))
                rest = retry.joined(steps[n:])
                destination, now = self._destination, self._clock.now()
                await retry.note_failure(
                    tx, destination, rest, donor_id, error, now, self._settings, slot=slot
                )
                return not is_held
        return True

    async def _attempt(self, tx: Tx, work: Work, slot: int, *, is_retry: bool) -> Exception | None:
        return await attempted(tx, partial(self._apply, tx, work, slot, is_retry=is_retry))

    async def _apply(self, tx: Tx, work: Work, slot: int, *, is_retry: bool = False) -> None:
        await apply(tx, self._destination, work, slot=slot, now=self._clock.now(), is_retry=is_retry)

    def _measure(self, events: list[Event]) -> None:
        now = self._clock.now()
        gifts = [event.happened_at for event in events if event.kind == giving.GIFT_CREATED]
        GIFTS_SYNCED.inc(len(gifts))
        for happened_at in gifts:
            LAG_SECONDS.observe(max(0.0, _seconds(now, happened_at)))


def _seconds(now: datetime, then: datetime) -> float:
    return (now - then).total_seconds()
