"""Make, change, cancel and read recurring gifts. Their payments are in `payments.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import asyncpg

from almoner.crm.commitments.reading import keep_merges, survivors
from almoner.crm.custom_fields.service import fields_of, parameters_of
from almoner.crm.events import LOG
from almoner.crm.gifts.errors import TransactionTaken
from almoner.crm.gifts.settings import default_project_of
from almoner.crm.projects.service import keep_tree
from almoner.crm.recurring_gifts.catalog import RECURRING_GIFTS
from almoner.crm.recurring_gifts.errors import Ended, OfAnotherSystem
from almoner.crm.recurring_gifts.rules import as_designations, checked, money_of
from almoner.crm.recurring_gifts.views import RecurringGiftView, recurring_gift_view
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, Parameter, QueryBody, Window, run_query
from almoner.platform.records import Table
from almoner.platform.telling import read_rows, tell_rows
from almoner.platform.wire import encode_json, rows_of

_queries = load_queries(__file__)

SCHEDULES = Table(LOG, "crm.recurring_gift", key="contact_id")
SORTS = {
    "id": "id",
    "recurringgiftdate": "started_on",
    "amount": "amount_minor",
    "createddatetime": "created_at",
}
"""`sortBy` names of a contact's recurring gifts (crm-api.md section 5) and the columns behind them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where something is asked: the instant, how links begin, and how many parts a split may have."""

    now: datetime
    crm_url: str
    parts_max: int


async def records(tx: Tx, ids: Sequence[int], now: datetime, crm_url: str) -> list[RecurringGiftView]:
    """Recurring gifts in the order of `ids`, as they stand on the organization's day; unknown ids are left out. The one read of recurring gifts.

    Links lead to the API at `crm_url`.
    """
    today = local_day(now, tx.organization.time_zone)
    rows = await read_rows(_queries.records, tx, ids, today=today)
    tell = partial(recurring_gift_view, crm_url=crm_url)
    return await tell_rows("crm.recurring_gift", rows, ids, tell, RecurringGiftView)


async def read_recurring_gift(
    tx: Tx, recurring_gift_id: int, now: datetime, crm_url: str
) -> RecurringGiftView:
    """One recurring gift; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [recurring_gift_id], now, crm_url), "recurring gift", recurring_gift_id)


async def list_contact_recurring_gifts(
    tx: Tx, contact_id: int, paging: Paging, now: datetime, crm_url: str
) -> Page[RecurringGiftView]:
    """A page of one contact's recurring gifts and how many there are."""
    total = await _queries.count_of_contact(tx, contact_id=contact_id)
    tell = partial(records, now=now, crm_url=crm_url)
    return await read_page(tx, _queries.chosen_of_contact, paging, tell, total=total, contact_id=contact_id)


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """The organization's own fields of recurring gifts, as parameters of a query."""
    return await parameters_of(tx, "RecurringGift", "k.custom_values")


async def query_recurring_gifts(
    tx: Tx, body: QueryBody, window: Window, now: datetime, crm_url: str
) -> Found[RecurringGiftView]:
    """The recurring gifts that a query wants; `BadQuery` names everything that is wrong with it."""
    return await run_query(
        tx,
        RECURRING_GIFTS,
        body,
        window,
        partial(records, now=now, crm_url=crm_url),
        now,
        await own_parameters(tx),
    )


async def create_recurring_gift(tx: Tx, said: Mapping[str, Any], at: Moment) -> RecurringGiftView:
    """Make a recurring gift; one that is here under its transaction id, of the same contact, amount and start, is answered.

    `Invalid` names everything that is wrong; `TransactionTaken` when the key is another's.
    """
    today = local_day(at.now, tx.organization.time_zone)
    await keep_tree(tx)
    await keep_merges(tx)
    row, errors = await _judged(tx, said, today, at.parts_max)
    if errors:
        raise Invalid("The recurring gift is not valid.", fields=tuple(errors))
    row |= await survivors(tx, said)
    source, key = clean(said["transaction_source"]), clean(said["transaction_id"])
    if source is not None and (known := await _queries.by_key(tx, source=source, key=key)):
        same = ("contact_id", "amount_minor", "currency", "started_on")
        if any(known[name] != row[name] for name in same):
            raise TransactionTaken(
                f"Recurring gift {known['id']} has this transaction source and id, and is another."
            )
        return await read_recurring_gift(tx, known["id"], at.now, at.crm_url)
    row |= {
        "transaction_source": source,
        "transaction_id": key,
        "source_version": None if source is None else 1,
    }
    row |= {"is_own": True, "version": 1, "next_expected_on": await _next(tx, row, None, today)}
    try:
        made = await SCHEDULES.add(tx, row, at.now)
    except asyncpg.UniqueViolationError as error:
        raise asyncpg.SerializationError("another transaction took the key at the same moment") from error
    await _queries.expect(tx, ids=[made], today=today)
    return await read_recurring_gift(tx, made, at.now, at.crm_url)


async def replace_recurring_gift(
    tx: Tx, recurring_gift_id: int, said: Mapping[str, Any], at: Moment
) -> RecurringGiftView:
    """Let a recurring gift be what is `said`: open payments follow, what came or was dismissed stays.

    `NotFound` without it, `OfAnotherSystem` when its source alone changes it, `Ended` when it was cancelled, `Invalid` names what is wrong.
    """
    today = local_day(at.now, tx.organization.time_zone)
    await keep_tree(tx)
    was = await own(tx, recurring_gift_id)
    row, errors = await _judged(tx, said, today, at.parts_max, was)
    if errors:
        raise Invalid("The recurring gift is not valid.", fields=tuple(errors))
    if was["cancelled_at"] is not None:
        raise Ended(recurring_gift_id)
    # Sent back as it was read, it is the first open payment, which may be a later day than the one that all were counted from.
    there = only(
        await records(tx, [recurring_gift_id], at.now, at.crm_url), "recurring gift", recurring_gift_id
    )
    sent = row["next_expected_on"]
    if sent is not None and there.next_expected_payment_date == f"{sent.isoformat()}T00:00:00":
        row["next_expected_on"] = None
    row["next_expected_on"] = await _next(tx, row, was, today, sent)
    await SCHEDULES.change(tx, recurring_gift_id, row, at.now)
    await _queries.expect(tx, ids=[recurring_gift_id], today=today)
    return await read_recurring_gift(tx, recurring_gift_id, at.now, at.crm_url)


async def cancel_recurring_gift(
    tx: Tx, recurring_gift_id: int, reason: str | None, category_id: int | None, at: Moment
) -> RecurringGiftView:
    """End a recurring gift for good; payments that came or were due stay, later ones are not expected any more. Twice is once."""
    today = local_day(at.now, tx.organization.time_zone)
    if (await own(tx, recurring_gift_id))["cancelled_at"] is None:
        row = {"cancelled_at": at.now, "cancel_reason": clean(reason), "cancel_category_id": category_id}
        await SCHEDULES.change(tx, recurring_gift_id, row, at.now)
        await _queries.expect(tx, ids=[recurring_gift_id], today=today)
    return await read_recurring_gift(tx, recurring_gift_id, at.now, at.crm_url)


async def broken_in(
    tx: Tx, said: Mapping[str, Any], recurring_gift_id: int | None, at: Moment
) -> list[FieldError]:
    """Everything that keeps a recurring gift, new or this one, from being what is `said`; null stands for what could not be read."""
    was = None if recurring_gift_id is None else await _queries.locked(tx, id=recurring_gift_id)
    _, errors = await _judged(tx, said, local_day(at.now, tx.organization.time_zone), at.parts_max, was)
    return errors


async def own(tx: Tx, recurring_gift_id: int) -> Any:
    """The row of a recurring gift that is changed here, locked; `NotFound`, or `OfAnotherSystem` when its source alone changes it."""
    row = found(await _queries.locked(tx, id=recurring_gift_id), "recurring gift", recurring_gift_id)
    if not row["is_own"]:
        raise OfAnotherSystem(recurring_gift_id, row["transaction_source"])
    return row


async def _judged(
    tx: Tx, said: Mapping[str, Any], today: date, parts_max: int, was: Any = None
) -> tuple[dict[str, Any], list[FieldError]]:
    """The columns of a recurring gift, and everything that is broken; projects and contact that it has it may keep."""
    known = {} if was is None else {"contact_id": was["contact_id"], "currency_code": was["currency"]}
    given = {"contact_id": None, "currency_code": None, "transaction_source": None, "transaction_id": None}
    default = await default_project_of(tx)
    money, errors = money_of({**given, **said, **known}, tx.organization.currency, today, parts_max, default)
    keeps_code = was is not None and _is_told_code(said, was)
    if keeps_code:
        money["segment"] = None
    fields = await fields_of(tx, "RecurringGift")
    errors += refused_by(checked, said, today, was, fields=fields)
    examined = await _queries.examined(tx, gifts=encode_json([money]).decode())
    has = set() if was is None else set(was["designation_project_ids"])
    kept = {
        f"giftDesignations[{n}]"
        for n, project_id in enumerate(examined["project_ids"] or ())
        if project_id in has
    }
    kept |= {"giftDesignations"} if kept and not said["designations"] else set()
    for problem in rows_of(examined["problems"]):
        field = problem["field"]
        if (problem["code"] == "INACTIVE" and field.partition(".")[0] in kept) or (
            was is not None and field == "contactId"
        ):
            continue
        if not (field == "contactId" and money["contact_id"] is None):
            errors += as_designations([FieldError(field, problem["code"], problem["message"])])
    if errors:
        return {}, errors
    split = {"designation_project_ids": examined["project_ids"], "designation_minor": examined["minor"]}
    split["segment_code"] = was["segment_code"] if keeps_code else examined["segment_code"]
    row = {name: money[name] for name in ("contact_id", "amount_minor", "currency")}
    return {**row, **split, **checked(said, today, was, fields=fields)}, []


def _is_told_code(said: Mapping[str, Any], was: Any) -> bool:
    """Whether what is said is the code that another system once sent and that no segment has, as it is read."""
    code = said["segment_code"] if said["segment_id"] is None else None
    return bool(
        was["segment_id"] is None and code and fold_code(code) == fold_code(was["segment_code"] or "")
    )


async def _next(
    tx: Tx, row: Mapping[str, Any], was: Any, today: date, sent: date | None = None
) -> date | None:
    """From which day on payments are expected: as is said, as it was while it starts and comes as it did, else its first day from today on."""
    if row["next_expected_on"] is not None:
        day: date = row["next_expected_on"]
        return day
    if was is not None and all(row[name] == was[name] for name in ("frequency", "started_on")):
        before: date | None = was["next_expected_on"]
        return before
    if sent is not None:
        return sent
    start = max(row["started_on"], today)
    first: date | None = await _queries.first_due(
        tx, frequency=row["frequency"], started_on=row["started_on"], from_on=start
    )
    return first
