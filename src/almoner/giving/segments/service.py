"""Make, read, change and delete segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from almoner.giving.coded import code_once
from almoner.giving.events import LOG
from almoner.giving.segments.rules import checked
from almoner.giving.segments.views import SegmentView, segment_view
from almoner.kernel.errors import FieldError, Invalid, found, only, refused_by
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.records import Table, unknown
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

SEGMENTS = Table(LOG, "giving.segment")
SORTS = {"id": "id", "name": "name", "code": "code", "createddatetime": "created_at"}


async def records(tx: Tx, ids: Sequence[int]) -> list[SegmentView]:
    """Segments in the order of `ids`, each with what it gave; unknown ids are left out. The one read of segments."""
    rows = await read_rows(_queries.records, tx, ids)
    tell = partial(segment_view, currency=tx.organization.currency)
    return await tell_rows("giving.segment", rows, ids, tell, SegmentView)


async def create_segment(tx: Tx, said: Mapping[str, Any], now: datetime) -> SegmentView:
    """Make a segment of the fields `said`; `Invalid` names every broken one, `CodeTaken` a code in use."""
    row = checked(said)
    with code_once("segment", row):
        return await read_segment(tx, await SEGMENTS.add(tx, row, now))


async def replace_segment(tx: Tx, segment_id: int, said: Mapping[str, Any], now: datetime) -> SegmentView:
    """Let a segment be as it is `said`; `NotFound` without it, and as `create_segment`."""
    row = checked(said, found(await _queries.campaign_of(tx, id=segment_id), "segment", segment_id))
    with code_once("segment", row):
        await SEGMENTS.change(tx, segment_id, row, now)
    return await read_segment(tx, segment_id)


async def put_segments(
    tx: Tx, campaign_id: int, parts: Sequence[Mapping[str, Any]], now: datetime, field: str = "segments"
) -> None:
    """Let a campaign have these segments: those with a code that it has are replaced, the others made, none is deleted.

    `Invalid` names every broken field, and a code that stands twice or is a segment's of another campaign.
    """
    rows = [checked({**part, "campaign_id": campaign_id}) for part in parts]
    there = {
        each["code_key"]: each
        for each in await _queries.by_code(tx, code_keys=[row["code_key"] for row in rows])
    }
    others = [
        FieldError(f"{field}[{index}].code", "TAKEN", "A segment of another campaign has this code.")
        for index, row in enumerate(rows)
        if row["code_key"] in there and there[row["code_key"]]["campaign_id"] != campaign_id
    ]
    if others:
        raise Invalid(others[0].message, fields=tuple(others))
    for row in rows:
        if row["code_key"] in there:
            said_now = {name: value for name, value in row.items() if name != "campaign_id"}
            await SEGMENTS.change(tx, there[row["code_key"]]["id"], said_now, now)
        else:
            await SEGMENTS.add(tx, row, now)


async def delete_segment(tx: Tx, segment_id: int, now: datetime) -> None:
    """Delete a segment; `NotFound` without it, `Conflict` while a gift or a form names it."""
    await SEGMENTS.remove(tx, segment_id, now, await read_segment(tx, segment_id))


async def broken_in_new(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Every field of `said` that `create_segment` refuses; null stands for what could not be read."""
    named = {"campaignId": said["campaign_id"]}
    return [*refused_by(checked, said), *await unknown(tx, "giving.campaign", named)]


async def broken_in_change(tx: Tx, segment_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """Every field of `said` that `replace_segment` refuses. `NotFound` as there."""
    campaign_id = found(await _queries.campaign_of(tx, id=segment_id), "segment", segment_id)
    return list(refused_by(checked, said, campaign_id))


async def read_segment(tx: Tx, segment_id: int) -> SegmentView:
    """One segment with what it gave; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [segment_id]), "segment", segment_id)


async def list_segments(
    tx: Tx, paging: Paging, *, filter_: str | None = None, campaign_id: int | None = None
) -> Page[SegmentView]:
    """A page of segments, of one campaign or whose id, name, code or external identifier holds `filter_`, and how many there are."""
    return await read_page(
        tx, _queries.chosen, paging, records, filter=clean(filter_), campaign_id=campaign_id
    )


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every kept figure of segments that is not what their gifts add up to; empty when all are. Reads every gift of a segment.

    Of a segment, currency and step of amounts: gifts, their sum less what went back, their donors (at step 0); of an amount: its gifts.
    """
    return differences_in(await _queries.figure_differences(tx))


async def recount(tx: Tx) -> int:
    """Make the kept figures of segments anew; answers how many were wrong. Nobody waits for it."""
    wrong = await figure_differences(tx)
    await _queries.recount(tx)
    return len(wrong)
