"""The sync's own rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from almoner.platform.database import Tx, load_queries
from almoner.sync.rules import Reason, Record, State

queries = load_queries(__file__)
_encode = msgspec.json.Encoder().encode


def to_record(row: Any) -> Record:
    """A row of sync.record as a `Record`."""
    values = dict(row)
    values["state"] = State(values["state"])
    values["reason"] = None if values["reason"] is None else Reason(values["reason"])
    return Record(**values)


async def donor_records(tx: Tx, donor_ids: Sequence[int]) -> dict[int, Record]:
    """What is known of donors, by donor id."""
    rows = await queries.records_of_donors(tx, donor_ids=list(donor_ids))
    return {row["record_id"]: to_record(row) for row in rows}


async def gift_records(tx: Tx, gift_ids: Sequence[int]) -> dict[int, Record]:
    """What is known of gifts, by gift id."""
    rows = await queries.records_of_gifts(tx, gift_ids=list(gift_ids))
    return {row["record_id"]: to_record(row) for row in rows}


async def open_records(tx: Tx, donor_ids: Sequence[int]) -> list[Record]:
    """Pending records of donors, the donors' own among them, in the order of their ids."""
    rows = await queries.open_records(tx, donor_ids=list(donor_ids))
    return [to_record(row) for row in rows]


async def read_record(tx: Tx, entity: str, record_id: int) -> Record | None:
    """One record, or None while the sync has not looked at it."""
    row = await queries.record_by_id(tx, entity=entity, record_id=record_id)
    return None if row is None else to_record(row)


async def write_records(tx: Tx, records: Iterable[Record]) -> None:
    """Store what was decided; what stood there before is replaced."""
    rows = list(records)
    if rows:
        await queries.write_records(tx, records=_encode(rows).decode())


async def requeue(tx: Tx, entity: str, record_id: int, now: datetime) -> bool:
    """Make one failed or pending record due now; False when it is in neither state."""
    done = await queries.requeue_record(tx, entity=entity, record_id=record_id, now=now)
    return done is not None
