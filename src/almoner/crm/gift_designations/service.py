"""Find and read designations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from almoner.crm.gift_designations.catalog import GIFT_DESIGNATIONS
from almoner.crm.gift_designations.views import PIECES, GiftDesignationRowView, designation_row
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import Found, QueryBody, Window, run_query
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)


async def records(tx: Tx, ids: Sequence[int]) -> list[GiftDesignationRowView]:
    """Designations in the order of `ids`; unknown ids are left out."""
    rows = await read_rows(_queries.records, tx, ids, zone=tx.organization.time_zone)
    return await tell_rows("crm.designation", rows, ids, designation_row, GiftDesignationRowView, PIECES)


async def query_designations(
    tx: Tx, body: QueryBody, window: Window, now: datetime
) -> Found[GiftDesignationRowView]:
    """The designations that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(tx, GIFT_DESIGNATIONS, body, window, records, now)


async def designation_differences(tx: Tx) -> list[FigureDifference]:
    """Gifts whose designations as rows are not those of the gift, at most 100 (parts and sum), and projects whose number of
    designations is not theirs. Reads every gift and every designation.
    """
    rows = [*await _queries.differences(tx), *await _queries.tally_differences(tx)]
    return differences_in(rows)
