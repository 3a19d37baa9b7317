"""Read gifts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from almoner.crm.custom_fields.service import parameters_of
from almoner.crm.gifts.catalog import GIFTS
from almoner.crm.gifts.rows import GiftRowView, row_pieces, row_view
from almoner.crm.gifts.views import GiftView, gift_pieces, gift_teller
from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.errors import NotFound, only
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.telling import BrokenRecord, read_rows, tell_rows

_queries = load_queries(__file__)

T = TypeVar("T")

SORTS = {
    "id": "id",
    "giftdate": "gift_on",
    "amount": "amount_minor",
    "batch": "batch",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's gifts (crm-api.md section 5) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int], crm_url: str = "") -> list[GiftView]:
    """Gifts in the order of `ids`, each with its designations; unknown ids are left out. The one read of gifts.

    Links lead to the API at `crm_url`.
    """
    rows = await read_rows(_queries.records, tx, ids)
    pieces = gift_pieces(tx.organization.currency, crm_url)
    return await tell_rows("crm.gift", rows, ids, gift_teller(pieces), GiftView, pieces)


async def listed(tx: Tx, ids: Sequence[int], crm_url: str = "") -> list[GiftRowView]:
    """Gifts in the order of `ids` as lists have them: what their own rows say; unknown ids are left out. Links as of `records`."""
    rows = await read_rows(_queries.listed, tx, ids)
    pieces = row_pieces(tx.organization.currency, crm_url)
    return await tell_rows("crm.gift", rows, ids, partial(row_view, pieces=pieces), GiftRowView, pieces)


async def read_gift(tx: Tx, gift_id: int, crm_url: str = "") -> GiftView:
    """One gift; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [gift_id], crm_url), "gift", gift_id)


async def read_gift_by_source(tx: Tx, source: str, transaction_id: str, crm_url: str) -> GiftView:
    """The gift with this key in the system it came from; `NotFound` when there is none."""
    gift_id = await _queries.gift_id_by_source(tx, source=source, transaction_id=transaction_id)
    if gift_id is None:
        raise NotFound("There is no gift with this transaction source and id.")
    return await read_gift(tx, gift_id, crm_url)


async def list_contact_gifts(tx: Tx, contact_id: int, paging: Paging, crm_url: str = "") -> Page[GiftView]:
    """A page of one contact's gifts and how many there are."""
    return await _page_of_contact(tx, contact_id, paging, partial(records, crm_url=crm_url))


async def list_contact_gift_rows(tx: Tx, contact_id: int, paging: Paging, crm_url: str) -> Page[GiftRowView]:
    """As `list_contact_gifts`, each as lists have it."""
    return await _page_of_contact(tx, contact_id, paging, partial(listed, crm_url=crm_url))


async def _page_of_contact(
    tx: Tx, contact_id: int, paging: Paging, tell: Callable[[Tx, Sequence[int]], Awaitable[list[T]]]
) -> Page[T]:
    total = await _queries.kept_count(tx, contact_id=contact_id)
    return await read_page(tx, _queries.chosen_of_contact, paging, tell, total=total, contact_id=contact_id)


async def list_passthrough_gifts(
    tx: Tx, contact_id: int, paging: Paging, crm_url: str = ""
) -> Page[GiftRowView]:
    """A page of the gifts that came through a contact, and how many there are."""
    tell = partial(listed, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_passthrough, paging, tell, contact_id=contact_id)


async def list_gifts_by_reference(
    tx: Tx, reference_id: str, paging: Paging, crm_url: str = ""
) -> Page[GiftView]:
    """A page of the gifts of the contacts that another system means by this id, whichever system that is; `NotFound` when nobody has it."""
    rows = await _queries.contacts_of_reference(tx, reference_id=reference_id)
    ids = [row["contact_id"] for row in rows]
    tell = partial(records, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_reference, paging, tell, contact_ids=ids)


async def query_gifts(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[GiftView]:
    """The gifts that a query wants; `BadQuery` names everything that is wrong with it."""
    more = await own_parameters(tx)
    return await run_query(tx, GIFTS, body, window, partial(records, crm_url=crm_url), now, more)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """What can be asked of the organization's own fields of gifts."""
    return await parameters_of(tx, "Gift", "g.custom_values")


async def query_gift_rows(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[GiftRowView]:
    """As `query_gifts`, each as lists have it."""
    more = await own_parameters(tx)
    return await run_query(tx, GIFTS, body, window, partial(listed, crm_url=crm_url), now, more)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One reversal of a gift: its number, its organization-local day (None: one that cannot be told), and minor units: below zero where it gives back what another took."""

    id: int
    day: date | None
    minor: int
    currency: str


async def taken_back(tx: Tx, gift_id: int) -> list[TakenBack]:
    """What of a gift was taken back in the CRM, the earliest first."""
    return [TakenBack(**row) for row in await _queries.taken_back(tx, id=gift_id)]


async def takes_back(tx: Tx, gift_id: int) -> int | None:
    """The gift that this one takes back, whole or in part; None of a gift that takes back none."""
    reverses_id: int | None = await _queries.takes_back(tx, id=gift_id)
    return reverses_id


async def totals(tx: Tx) -> dict[str, tuple[int, int]]:
    """By currency: how many gifts and their sum in minor units. Kept, not counted."""
    rows = await _queries.totals(tx)
    return {row["currency"]: (row["gifts"], int(row["minor"])) for row in rows}


@dataclass(frozen=True, slots=True)
class WayTotals:
    """Gifts of one currency by the way they came: their numbers and sums in minor units.

    `sent` by another system, which has them too; `entered` in the CRM; `taken_back`: the reversals there, whose sum is below zero.
    """

    sent: tuple[int, int]
    entered: tuple[int, int]
    taken_back: tuple[int, int]


async def totals_by_way(tx: Tx) -> dict[str, WayTotals]:
    """By currency, by the way they came. Kept, not counted."""
    return {row["currency"]: _ways(row) for row in await _queries.totals_by_way(tx)}


def _ways(row: Mapping[str, Any]) -> WayTotals:
    entered, back = int(row["entered_minor"]), int(row["back_minor"])
    sent = (row["gifts"] - row["entered_gifts"], int(row["minor"]) - entered - back)
    return WayTotals(sent, (row["entered_gifts"], entered), (row["reversals"], back))


async def tally_differences(tx: Tx) -> list[FigureDifference]:
    """Each currency whose kept number of gifts and sum are not those of its gifts; empty when all are. Reads every gift."""
    return differences_in(await _queries.tally_differences(tx))


async def broken_records(tx: Tx, most: int) -> list[BrokenRecord]:
    """Gifts and recurring gifts that cannot be told in full, at most so many. Reads every one."""
    rows = await _queries.broken(tx, currencies=list(EXPONENTS), most=most)
    return [BrokenRecord(**row) for row in rows]
