"""Read gifts, and correct them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import replace

from almoner.giving.campaigns.service import records as campaign_records
from almoner.giving.donors.service import read_donors
from almoner.giving.donors.service import records as donor_records
from almoner.giving.donors.views import donor_view
from almoner.giving.events import LOG
from almoner.giving.forms.service import records as form_records
from almoner.giving.gifts.catalog import GIFTS
from almoner.giving.gifts.columns import BESIDE_DONOR, COLUMNS
from almoner.giving.gifts.rules import STATUS_TEXT, GiftFacts, corrected, uncovered
from almoner.giving.gifts.split import split_of
from almoner.giving.gifts.views import PIECES, GiftDetailsView, GiftView, gift_view
from almoner.giving.segments.service import records as segment_records
from almoner.giving.unreadable import Unreadable
from almoner.kernel.clock import local_day
from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.errors import Conflict, FieldError, Invalid, found, only, refused_by
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.query import Found, SelectingBody, Window, read_columns, run_query, tell_columns
from almoner.platform.telling import BrokenRecord, read_rows, tell_rows
from almoner.platform.wire import fill, told

_queries = load_queries(__file__)

LACKS_TOLD = 5
"""How much of what a gift lacks a refused correction names."""


def _encode(value: Any) -> str:
    """As JSON text, for a parameter that the database reads as an object."""
    return msgspec.json.encode(value).decode()


SORTS = {"id": "id", "amount": "amount_minor", "date": "gift_on", "donorname": "donor_id", "status": "status"}
"""`SortBy` names of the gift list (raise-api.md 1.1) and the columns behind them."""


async def records(tx: Tx, ids: Sequence[int]) -> list[GiftView]:
    """Gifts in the order of `ids`, each with its split; unknown ids are left out. The one read of gifts."""
    rows = await read_rows(_queries.records, tx, ids, base=tx.organization.currency)
    return await tell_rows("giving.gift", rows, ids, gift_view, GiftView, PIECES)


async def read_gift(tx: Tx, gift_id: int) -> GiftView:
    """One gift; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [gift_id]), "gift", gift_id)


async def list_gifts(tx: Tx, paging: Paging) -> Page[GiftView]:
    """A page of gifts, and how many there are."""
    return await read_page(tx, _queries.chosen, paging, records, total=await _queries.kept_count(tx))


async def with_details(tx: Tx, gifts: Sequence[GiftView], public_url: str) -> list[GiftView]:
    """The gifts, each with its donor, campaign, segment and form as their own reads tell them. One read for each kind."""
    tell = partial(donor_view, public_url=public_url)
    donors = {one.id: tell(one) for one in await donor_records(tx, _ids(gifts, "donor_id"))}
    campaigns = {one.id: one for one in await campaign_records(tx, _ids(gifts, "campaign_id"), public_url)}
    segments = {one.id: one for one in await segment_records(tx, _ids(gifts, "segment_id"))}
    forms = {one.id: one for one in await form_records(tx, _ids(gifts, "form_id"))}
    return [
        replace(
            gift,
            details=GiftDetailsView(
                donor=donors.get(gift.donor_id),
                campaign=campaigns.get(gift.campaign_id or 0),
                segment=segments.get(gift.segment_id or 0),
                form=forms.get(gift.form_id or 0),
            ),
        )
        for gift in gifts
    ]


def _ids(gifts: Sequence[GiftView], name: str) -> list[int]:
    return list(dict.fromkeys(id_ for gift in gifts if (id_ := getattr(gift, name)) is not None))


async def list_donor_gifts(tx: Tx, donor_id: int, paging: Paging) -> Page[GiftView]:
    """A page of one donor's gifts, and how many there are; of one that was merged, those of the one it is now.

    `NotFound` when there is no such donor.
    """
    donor_id = found(await _queries.survivor_id(tx, donor_id=donor_id), "donor", donor_id)
    total = found(await _queries.kept_count_of_donor(tx, donor_id=donor_id), "donor", donor_id)
    return await read_page(tx, _queries.chosen_of_donor, paging, records, total=total, donor_id=donor_id)


async def query_gifts(
    tx: Tx, body: SelectingBody, window: Window, now: datetime, public_url: str
) -> Found[GiftView]:
    """The gifts that a query wants, each with the columns that it selects, and with the records that it names if that is asked for.

    `BadQuery` names everything that is wrong with the query.
    """

    async def read(tx: Tx, ids: list[int]) -> list[GiftView]:
        gifts = await _with_columns(tx, await records(tx, ids), read_columns(body.selected_columns, GIFTS))
        return await with_details(tx, gifts, public_url) if body.include_details else gifts

    return await run_query(tx, GIFTS, body, window, read, now)


async def _with_columns(tx: Tx, gifts: Sequence[GiftView], selected: Sequence[str]) -> list[GiftView]:
    """The gifts with the text of each selected column. Donors are read where a column is made of them."""
    asks_donor = any(name in BESIDE_DONOR for name in selected)
    donors = await read_donors(tx, list({gift.donor_id for gift in gifts})) if asks_donor else {}
    columns = [COLUMNS[name] for name in selected]
    return [
        replace(gift, metadata=tell_columns("giving.gift", gift.id, columns, gift, donors.get(gift.donor_id)))
        for gift in gifts
    ]


async def newest_ids(tx: Tx, before: int, take: int, *, donor_ids: Sequence[int] | None = None) -> list[int]:
    """At most `take` ids of gifts below `before`, newest first: of all, or of these donors.

    Where a list goes on by the last id seen, each of its pages costs the same.
    """
    if donor_ids is None:
        rows = await _queries.newest(tx, before=before, take=take)
    else:
        rows = await _queries.newest_of_donors(tx, donor_ids=list(donor_ids), before=before, take=take)
    return [row["id"] for row in rows]


async def newest_with_status(tx: Tx, statuses: Sequence[int], before: int, take: int) -> list[int]:
    """At most `take` ids of gifts below `before` with one of these statuses, none of them 1 (approved), newest first."""
    rows = await _queries.newest_with_status(tx, statuses=list(statuses), before=before, take=take)
    return [row["id"] for row in rows]


async def gift_facts(tx: Tx, gift_ids: Sequence[int]) -> dict[int, GiftFacts]:
    """Facts of gifts by id; unknown ids are left out, as are gifts that cannot be read in full: see `unreadable_gifts`."""
    rows = await _queries.gift_facts(tx, ids=list(gift_ids))
    return {row["id"]: GiftFacts(**row) for row in rows}


async def unreadable_gifts(tx: Tx, gift_ids: Sequence[int]) -> dict[int, Unreadable]:
    """What is left of gifts without facts, by id; those that are not there at all are left out."""
    rows = await _queries.unreadable(tx, ids=list(gift_ids))
    return {row["id"]: fill(Unreadable, row) for row in rows}


async def hold_donors_of(tx: Tx, gift_ids: Sequence[int]) -> dict[int, int]:
    """Lock the donors of gifts, in one order for everybody: whose each gift is, and stays until the transaction ends."""
    rows = await _queries.hold_donors(tx, gift_ids=list(gift_ids))
    return {row["gift_id"]: row["donor_id"] for row in rows}


async def correct_gift(
    tx: Tx, gift_id: int, said: Mapping[str, Any], now: datetime, *, projects_max: int
) -> GiftView:
    """Correct what was noted of a gift, of the fields `said`: amount, split, day, segment, anonymity, notes, comment.

    The payment is not touched. `NotFound` when there is no such gift; `Invalid` names every broken field; `Conflict` when the gift is
    broken in a column that the correction does not mend, which it names: nothing is written then.
    """
    donor_id = (await hold_donors_of(tx, [gift_id])).get(gift_id)
    gift = found(await _queries.to_correct(tx, id=gift_id), "gift", gift_id)
    lacks = await _lacks(tx, gift_id, donor_id)
    today = local_day(now, tx.organization.time_zone)
    row = corrected(
        said, gift["amount_minor"], gift["currency"], gift["project_ids"] or (), today, projects_max
    )
    row |= await _resolved(tx, row.pop("projects", None))
    if not lacks and (errors := await _uncovered(tx, gift_id, row, gift)):
        raise Invalid("The correction is not valid.", fields=tuple(errors))
    row |= await _segment(tx, row, gift["campaign_id"])
    before = await read_gift(tx, gift_id)
    try:
        version = await _queries.correct(tx, id=gift_id, row=_encode(row), now=now)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise _broken(gift_id, [*lacks, error.constraint_name or error.column_name]) from None
    if lacks and (left := await _lacks(tx, gift_id, donor_id)):
        raise _broken(gift_id, left)
    if version is None:
        return before
    return await announce_change(tx, before, version, now)


async def announce_change(tx: Tx, before: GiftView, version: int, now: datetime) -> GiftView:
    """Say what of a gift is told otherwise since it was as `before`, by its new version; answers it as it is."""
    after = await read_gift(tx, before.id)
    was, since = told(before), told(after)
    old = {name: value for name, value in was.items() if name != "modifiedDate" and value != since[name]}
    await LOG.announce(tx, "gift.updated", before.id, now, version=version, key_id=after.donor_id, data=old)
    return after


async def broken_in_correction(
    tx: Tx, gift_id: int, said: Mapping[str, Any], now: datetime, *, projects_max: int
) -> list[FieldError]:
    """Every field of `said` that `correct_gift` refuses; null stands for what could not be read. `NotFound` as there."""
    gift = found(await _queries.to_correct(tx, id=gift_id), "gift", gift_id)
    today = local_day(now, tx.organization.time_zone)
    is_of = (gift["amount_minor"], gift["currency"], gift["project_ids"] or ())
    errors = list(refused_by(corrected, said, *is_of, today, projects_max))
    errors += await _wrong_segment(tx, said, gift["campaign_id"])
    if parts := said.get("projects"):
        split = split_of(parts, None, gift["currency"], projects_max, [])
        errors += refused_by(_taken, await _queries.resolve_split(tx, projects=_encode(split)))
    return errors


async def _uncovered(tx: Tx, gift_id: int, row: Mapping[str, Any], gift: Any) -> list[FieldError]:
    if not gift["reversed_minor"]:
        return []
    taken = {each["project_id"]: each["minor"] for each in await _queries.taken_back(tx, gift_id=gift_id)}
    return uncovered(row, gift, taken, gift["currency"])


async def _segment(tx: Tx, row: Mapping[str, Any], campaign_id: int | None) -> dict[str, Any]:
    """The columns of the segment that a corrected code is one's; `Invalid` when that is of another campaign than the gift."""
    if "segment_code" not in row:
        return {}
    code = row["segment_code"]
    segment = None if code is None else await _queries.segment_by_code(tx, code_key=fold_code(code))
    if segment is None:
        return {"segment_id": None}
    if segment["campaign_id"] != campaign_id:
        text = "The segment with this code belongs to another campaign than the gift."
        raise Invalid.field("segmentCode", "INCONSISTENT", text)
    return {"segment_id": segment["id"], "segment_code": segment["code"]}


async def _wrong_segment(tx: Tx, said: Mapping[str, Any], campaign_id: int | None) -> tuple[FieldError, ...]:
    try:
        await _segment(
            tx, {name: clean(said[name]) for name in ("segment_code",) if name in said}, campaign_id
        )
    except Invalid as refused:
        return refused.fields
    return ()


async def _lacks(tx: Tx, gift_id: int, donor_id: int | None) -> list[str]:
    """What a gift whose donor is `donor_id` (None: not there) lacks, each by its column; of a whole one nothing."""
    lacks = [f"{one.column}: {one.lack}" for one in await broken_records(tx, LACKS_TOLD, [gift_id])]
    return lacks if donor_id is not None else [*lacks, "donor_id: its donor is not there"]


def _broken(gift_id: int, lacks: Sequence[str | None]) -> Conflict:
    what = "; ".join(lack for lack in lacks if lack) or "a value that it cannot have"
    return Conflict(
        f"Gift {gift_id} is broken in the database ({what}): whoever runs the server has to mend it first."
    )


async def _resolved(tx: Tx, projects: Sequence[Any] | None) -> dict[str, Any]:
    """The columns of a split; `Invalid` when a project is not there, or takes no gifts."""
    if projects is None:
        return {}
    return _taken(await _queries.resolve_split(tx, projects=_encode(projects)))


def _taken(split: Any) -> dict[str, Any]:
    if problems := json.loads(split["problems"]):
        fields = tuple(FieldError(**problem) for problem in problems)
        raise Invalid("The correction is not valid.", fields=fields)
    return {"project_ids": split["project_ids"], "project_minor": split["project_minor"]}


async def totals(tx: Tx) -> dict[str, tuple[int, int]]:
    """By currency: how many gifts and their sum in minor units. Kept, not counted."""
    rows = await _queries.totals(tx)
    return {row["currency"]: (row["gifts"], int(row["minor"])) for row in rows}


async def figure_differences(tx: Tx) -> list[FigureDifference]:
    """Every kept figure of giving that is not what its gifts add up to; empty when all are. Reads every gift and donor.

    Of a campaign (0: none) and currency: gifts, their sum, those not in test mode, their sum less what went back, their donors.
    """
    return differences_in(await _queries.figure_differences(tx))


async def broken_records(tx: Tx, most: int, gift_ids: Sequence[int] | None = None) -> list[BrokenRecord]:
    """What donors and gifts lack that cannot be told in full, at most so many lacks: of all, which reads every one, or of these gifts."""
    rows = await _queries.broken(
        tx,
        statuses=list(STATUS_TEXT),
        currencies=list(EXPONENTS),
        most=most,
        gift_ids=None if gift_ids is None else list(gift_ids),
    )
    return [BrokenRecord(**row) for row in rows]
