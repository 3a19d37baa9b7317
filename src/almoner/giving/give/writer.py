"""Gives of many requests, in two steps: ask whether and how a gateway may be asked, and write the gift that was paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from almoner.giving.give.batches import Batches
from almoner.giving.give.errors import FULL, SETTLING, GiftKeyReused, Unconfirmed
from almoner.giving.give.extras import NamedSegment
from almoner.giving.give.rules import Asked, Written
from almoner.kernel.errors import FieldError, Invalid, Unavailable
from almoner.platform.database import Connection, Database, Server, load_queries
from almoner.platform.events.wake import Wake

_queries = load_queries(__file__)
_encode = msgspec.json.Encoder().encode

_KEY_REUSED = "This idempotency or source key was used before for another gift."


class GiveWriter:
    """Writes gifts of many requests to one server in few transactions; one tenant per statement."""

    def __init__(
        self,
        server: Server,
        wake: Wake,
        *,
        batch_max: int,
        writers: int,
        queue_max: int,
        settle_seconds: float = 120.0,
        lock_seconds: float = 10.0,
    ) -> None:
        self._queue_max = queue_max
        self._settle_seconds = settle_seconds
        self._batches: Batches[Any] = Batches(
            server,
            self._send,
            _read,
            wake.ring,
            batch_max=batch_max,
            lanes=writers,
            lock_seconds=lock_seconds,
        )

    def start(self) -> None:
        """Begin to write."""
        self._batches.start()

    async def stop(self, seconds: float = 10.0) -> None:
        """Write what is waiting, for so long, then end: of what is left nobody knows what became (`Unconfirmed`)."""
        await self._batches.stop(seconds)

    async def ask(self, organization_id: int, record: dict[str, Any]) -> Asked | NamedSegment:
        """What is to be done for a gift before it is paid: the intent that was stored, or the gift that is there already.

        Of a `segment_key` that is one's it is that segment alone: what the gift is with it is to be asked for again.

        Raises `Invalid` (unknown project or campaign), `GiftKeyReused` (a key that came with another gift), `Unavailable` (too
        many waiting, or the database refuses it) and `Unconfirmed`; nothing was paid then by this request.
        """
        if self._batches.count >= self._queue_max:
            raise Unavailable(FULL)
        asked: Asked | NamedSegment = await self._batches.put(organization_id, record)
        return asked

    async def write(self, organization_id: int, record: dict[str, Any]) -> Written:
        """Store one gift and return after its commit.

        Raises `Invalid` and `GiftKeyReused` as `ask` does, when that changed since; `Unavailable` (the database refuses it), and
        `Unconfirmed` (the database went away: the gift may or may not be stored, and a repeat under the same Idempotency-Key tells).
        """
        written: Written = await self._batches.put(organization_id, record)
        return written

    async def _send(self, conn: Connection, organization_id: int, records: list[dict[str, Any]]) -> Any:
        asks = [record for record in records if "transaction_id" not in record]
        gifts = [record for record in records if "transaction_id" in record]
        return await _queries.take(
            conn,
            organization_id=organization_id,
            asks=_encode(asks).decode() if asks else None,
            gifts=_encode(gifts).decode() if gifts else None,
            settle_seconds=self._settle_seconds,
        )


class HomeWriter:
    """Writes each gift on its organization's home: a server that is away, or slow, keeps no other's writers."""

    def __init__(self, db: Database, writers: Mapping[str, GiveWriter]) -> None:
        """`writers` by the names of their servers."""
        self._db = db
        self._writers = writers

    async def ask(self, organization_id: int, record: dict[str, Any]) -> Asked | NamedSegment:
        """Store an intent; answers and raises as `GiveWriter.ask` does."""
        return await (await self._home(organization_id)).ask(organization_id, record)

    async def write(self, organization_id: int, record: dict[str, Any]) -> Written:
        """Store one gift and return after its commit; raises as `GiveWriter.write` does."""
        return await (await self._home(organization_id)).write(organization_id, record)

    async def _home(self, organization_id: int) -> GiveWriter:
        home = await self._db.home(organization_id)
        return self._writers[home.name]


def _read(row: Any) -> Asked | NamedSegment | Written | Exception | None:
    outcome = row["outcome"]
    if outcome == "created" or (outcome == "replayed" and row["is_written"]):
        return _written(row)
    if outcome == "refused":
        fields = tuple(FieldError(**problem) for problem in msgspec.json.decode(row["problems"]))
        return Invalid("The gift is not valid.", fields=fields)
    if outcome == "conflict":
        return GiftKeyReused(_KEY_REUSED)
    if outcome == "busy":
        return None
    if outcome == "named":
        return msgspec.json.decode(row["segment"], type=NamedSegment)
    if outcome == "settling":
        return Unconfirmed(SETTLING)
    if outcome not in ("asked", "replayed"):
        return LookupError(
            f"giving_code.take answers {outcome!r}, which nobody here knows"
        )  # no key to pay under
    return Asked(row["gift_id"], row["intent_id"], row["gateway_key"])


def _written(row: Any) -> Written:
    return Written(
        is_replay=row["outcome"] == "replayed",
        gift_id=row["gift_id"],
        donor_id=row["donor_id"],
        received_at=row["received_at"],
        project_ids=tuple(row["project_ids"] or ()),
        project_minor=tuple(row["project_minor"] or ()),
        project_names=tuple(row["project_names"] or ()),
        campaign_name=row["campaign_name"],
    )
