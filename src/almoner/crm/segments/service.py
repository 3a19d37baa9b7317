"""Make, read and change segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from almoner.crm.events import LOG
from almoner.crm.nearest import nearest_ones
from almoner.crm.segments.catalog import SEGMENTS
from almoner.crm.segments.errors import SegmentCodeTaken
from almoner.crm.segments.rules import checked
from almoner.crm.segments.views import SegmentView, segment_view
from almoner.kernel.errors import FieldError, NotFound, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import ConditionBody, Found, GroupBody, QueryBody, Window, run_query
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

TABLE = Table(LOG, "crm.segment")
PORTION = 2_000
"""Gifts that get another code in one statement."""

SORTS = {"id": "id", "name": "name", "code": "code", "createddatetime": "created_at"}


async def records(tx: Tx, ids: Sequence[int]) -> list[SegmentView]:
    """Segments in the order of `ids`; unknown ids are left out. The one read of segments."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("crm.segment", rows, ids, segment_view, SegmentView)


async def create_segment(tx: Tx, said: Mapping[str, Any], now: datetime) -> SegmentView:
    """Make a segment of the fields `said`; gifts that came with its code before are its from now on.

    `Invalid` names every broken field, or a communication that is not there; `SegmentCodeTaken` when another has the code.
    """
    row = checked(said)
    await _require_free(tx, row, None)
    segment_id = await _once(row, TABLE.add(tx, row, now))
    await _queries.hold_tree(tx)
    await _take_gifts(tx, segment_id, row["code"])
    return await read_segment(tx, segment_id)


async def replace_segment(tx: Tx, segment_id: int, said: Mapping[str, Any], now: datetime) -> SegmentView:
    """Let a segment be what is `said`; with another code its gifts have that one. Raises as `create_segment`, and `NotFound`.

    As with its name, gifts tell another code without being changed themselves: neither version nor day of change of theirs is another.
    """
    if clean(said.get("code")) is not None:
        # Before the segment is locked: who writes gifts holds the tree, and then looks at segments.
        await _queries.hold_tree(tx)
    rows = await _queries.records(tx, ids=[segment_id])
    was = found(rows[0] if rows else None, "segment", segment_id)
    row = checked(said, was)
    await _require_free(tx, row, segment_id)
    await _once(row, TABLE.change(tx, segment_id, row, now))
    if row["code"] != was["code"]:
        await _take_gifts(tx, segment_id, row["code"])
    return await read_segment(tx, segment_id)


async def broken_in_segment(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything in `said` that no segment can have; null stands for what could not be read."""
    strange = await unknown(tx, "crm.communication", {"communicationId": said.get("communication_id")})
    return [*refused_by(checked, said), *strange]


async def read_segment(tx: Tx, segment_id: int) -> SegmentView:
    """One segment; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [segment_id]), "segment", segment_id)


async def read_segment_by_code(tx: Tx, code: str) -> SegmentView:
    """The segment with this code, in whatever case; `NotFound` when there is none."""
    segment_id = await _queries.id_by_code(tx, code_key=fold_code(code))
    if segment_id is None:
        raise NotFound(f"There is no segment with this code.{await nearest_ones(tx, 'segment code', code)}")
    return await read_segment(tx, segment_id)


async def search_segments(tx: Tx, text: str, window: Window, now: datetime) -> Found[SegmentView]:
    """Segments whose name or code holds `text`, in whatever case, in the order of names; all when it is blank."""
    named = clean(text) and [
        [ConditionBody(parameter=name, operator="Contains", value=text)]
        for name in ("Segment Name", "Segment Code")
    ]
    groups = [GroupBody(conditions=each) for each in named or [[]]]
    return await run_query(tx, SEGMENTS, QueryBody(groups=groups, sort_by="Name"), window, records, now)


async def list_of_contact(tx: Tx, contact_id: int, paging: Paging) -> Page[SegmentView]:
    """A page of the segments that a contact's gifts name; and how many there are.

    Whom something was sent to is not kept: this is what is known of it.
    """
    return await read_page(tx, _queries.chosen_of_contact, paging, records, contact_id=contact_id)


async def list_of_campaign(tx: Tx, campaign_id: int, paging: Paging) -> Page[SegmentView]:
    """A page of the segments of a campaign's communications, and how many there are; none of a campaign that there is not."""
    return await read_page(tx, _queries.chosen_of_campaign, paging, records, campaign_id=campaign_id)


async def _take_gifts(tx: Tx, segment_id: int, code: str) -> None:
    """Let gifts follow the code in portions: no statement takes long, however many there are."""
    last: int | None = 0
    while last is not None:
        last = await _queries.take_gifts(tx, id=segment_id, code=code, after=last, most=PORTION)


async def _require_free(tx: Tx, row: Mapping[str, Any], but: int | None) -> None:
    if await _queries.id_by_code(tx, code_key=row["code_key"]) not in (None, but):
        raise SegmentCodeTaken(row["code"])


async def _once(row: Mapping[str, Any], written: Any) -> Any:
    """What was written; that the code was taken at the same moment is a conflict too."""
    try:
        return await written
    except asyncpg.UniqueViolationError as error:
        raise SegmentCodeTaken(row["code"]) from error
