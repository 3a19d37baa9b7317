"""The sync's own rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from almoner.platform.database import Tx, load_queries
from almoner.sync.rules import Reason, Record

queries = load_queries(__file__)

PORTION = 10_000
"""Records of a kind that are made due in one transaction, the oldest first: what comes after them is due next time."""
_encode = msgspec.json.Encoder().encode


def to_record(row: Any) -> Record:
    """A row of sync.record as a `Record`."""
    values = dict(row)
    values["reason"] = None if values["reason"] is None else Reason(values["reason"])
    return Record(**values, is_stored=True)


class Known(NamedTuple):
    """Records by entity and id, and the donors with a pending record, their own or one that belongs to them."""

    by_entity: dict[str, dict[int, Record]]
    open: set[int]

    def of(self, entity: str) -> dict[int, Record]:
        """The records of one entity."""
        return self.by_entity.get(entity, {})


async def records(
    tx: Tx, destination: str, donor_ids: Sequence[int], ids: Mapping[str, Collection[int]]
) -> Known:
    """What is known at a destination, at one instant, of donors and of records of other entities by their `ids`."""
    known = Known({}, set())
    asked = {**ids, "donor": donor_ids}
    rows = await queries.records(
        tx,
        destination=destination,
        donor_ids=list(donor_ids),
        entities=[entity for entity, of in asked.items() for _ in of],
        record_ids=[id_ for of in asked.values() for id_ in of],
    )
    for row in rows:
        if row["entity"] == "open":
            known.open.add(row["donor_id"])
        else:
            known.by_entity.setdefault(row["entity"], {})[row["record_id"]] = to_record(row)
    return known


async def hold_donors(tx: Tx, destination: str, donor_ids: Sequence[int]) -> None:
    """Hold the records of donors for this transaction, in one order for everybody."""
    await queries.hold_donors(tx, destination=destination, donor_ids=list(donor_ids))


async def open_records(tx: Tx, destination: str, donor_id: int, limit: int) -> list[Record]:
    """The first `limit` pending records of a donor: its own, then what belongs to it in the order of first open changes."""
    rows = await queries.open_records(tx, destination=destination, donor_id=donor_id, limit=limit)
    return [to_record(row) for row in rows]


async def still_due(tx: Tx, destination: str, donor_id: int, now: datetime) -> bool:
    """Whether a donor has a record that is due; holds the donor's own, so that who retries it comes before or after."""
    await hold_donors(tx, destination, [donor_id])
    return bool(await queries.has_due(tx, destination=destination, donor_id=donor_id, now=now))


async def make_due(tx: Tx, record: Record, now: datetime) -> None:
    """Let the next look at what is due find a pending record."""
    await queries.make_due(
        tx, destination=record.destination, entity=record.entity, record_id=record.record_id, now=now
    )


async def wait_behind_first(tx: Tx, destination: str, donor_id: int, now: datetime) -> None:
    """Take a donor's pending records off the schedule that are due by now; those due later stay on it."""
    await queries.wait_behind_first(tx, destination=destination, donor_id=donor_id, now=now)


async def read_record(tx: Tx, destination: str, entity: str, record_id: int) -> Record | None:
    """One record, or None while the sync has not looked at it."""
    row = await queries.record_by_id(tx, destination=destination, entity=entity, record_id=record_id)
    return None if row is None else to_record(row)


async def write_records(tx: Tx, records: Iterable[Record], *, slot: int | None) -> None:
    """Store what was decided; what stood there before is replaced, and the tally of states moves along.

    One that is new by its word (`is_stored`), but stands there by now, is an `asyncpg.SerializationError`: decide again.

    `slot` is the part that the transaction holds, so that no other writes to the tally's rows of that number; without
    one it takes a slot of its own.
    """
    rows = list(records)
    for write, is_stored in ((queries.add_records, False), (queries.write_records, True)):
        part = [record for record in rows if record.is_stored is is_stored]
        if part:
            await write(tx, records=_encode(part).decode(), slot=slot)


async def requeue(tx: Tx, entity: str, record_id: int, now: datetime) -> bool:
    """Make one failed, pending or held record due now; False when it is in neither state."""
    return bool(await queries.requeue_record(tx, entity=entity, record_id=record_id, now=now))
