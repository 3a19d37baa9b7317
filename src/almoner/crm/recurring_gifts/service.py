"""Read recurring gifts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from almoner.crm.contacts.service import of_contact
from almoner.crm.recurring_gifts.views import RecurringGiftView, recurring_gift_view
from almoner.kernel.errors import only
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

SORTS = {
    "id": "id",
    "recurringgiftdate": "started_on",
    "amount": "amount_minor",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's recurring gifts (crm-api.md section 5) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int], crm_url: str) -> list[RecurringGiftView]:
    """Recurring gifts in the order of `ids`; unknown ids are left out. The one read of recurring gifts.

    Links lead to the API at `crm_url`.
    """
    rows = await read_rows(_queries.records, tx, ids)
    tell = partial(recurring_gift_view, crm_url=crm_url)
    return await tell_rows("crm.recurring_gift", rows, ids, tell, RecurringGiftView)


async def read_recurring_gift(tx: Tx, recurring_gift_id: int, crm_url: str) -> RecurringGiftView:
    """One recurring gift; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [recurring_gift_id], crm_url), "recurring gift", recurring_gift_id)


async def list_contact_recurring_gifts(
    tx: Tx, contact_id: int, paging: Paging, crm_url: str
) -> Page[RecurringGiftView]:
    """A page of one contact's recurring gifts and how many there are; `NotFound` when there is no such contact."""
    total = await _queries.count_of_contact(tx, contact_id=contact_id)
    tell = partial(records, crm_url=crm_url)
    page = await read_page(tx, _queries.chosen_of_contact, paging, tell, total=total, contact_id=contact_id)
    return await of_contact(tx, contact_id, page)
