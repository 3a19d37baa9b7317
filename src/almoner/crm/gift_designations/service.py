"""Find and read designations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from almoner.crm.custom_fields.service import parameters_of
from almoner.crm.gift_designations.catalog import GIFT, GIFT_DESIGNATIONS
from almoner.crm.gift_designations.views import GiftDesignationRowView, designation_pieces, designation_row
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)


async def records(tx: Tx, ids: Sequence[int], crm_url: str) -> list[GiftDesignationRowView]:
    """Designations in the order of `ids`; unknown ids are left out. Links lead to the API at `crm_url`."""
    rows = await read_rows(_queries.records, tx, ids, zone=tx.organization.time_zone)
    pieces = designation_pieces(crm_url)
    tell = partial(designation_row, pieces=pieces)
    return await tell_rows("crm.designation", rows, ids, tell, GiftDesignationRowView, pieces)


async def query_designations(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[GiftDesignationRowView]:
    """The designations that a query wants; `BadQuery` names everything that is wrong with it."""
    more = await own_parameters(tx)
    return await run_query(tx, GIFT_DESIGNATIONS, body, window, partial(records, crm_url=crm_url), now, more)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """What can be asked of the organization's own fields of the gifts that designations are of."""
    return await parameters_of(tx, "Gift", "g.custom_values", GIFT)


async def designation_differences(tx: Tx) -> list[FigureDifference]:
    """Gifts whose designations as rows are not those of the gift, at most 100 (parts and sum), and projects whose number of
    designations is not theirs. Reads every gift and every designation.
    """
    return [*differences_in(await _queries.differences(tx)), *await designation_tally_differences(tx)]


async def designation_tally_differences(tx: Tx) -> list[FigureDifference]:
    """Projects whose number of designations is not theirs. Reads every designation."""
    return differences_in(await _queries.tally_differences(tx))
