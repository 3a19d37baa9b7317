"""Enter gifts by hand or by a partner's program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from almoner.crm.commitments import links
from almoner.crm.custom_fields.service import fields_of
from almoner.crm.gift_extras.service import broken_in_extras, enter_extras
from almoner.crm.gifts.entry import Entry, split_by
from almoner.crm.gifts.errors import TransactionTaken, refusal
from almoner.crm.gifts.requests import BULK_MAX, GiftBody
from almoner.crm.gifts.service import read_gift, records
from almoner.crm.gifts.settings import default_project_of
from almoner.crm.gifts.views import GiftView
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import encode_json, rows_of

_queries = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one of several gifts: its id, or what is wrong with it. `did`: made, same, conflict or refused."""

    gift_id: int | None
    did: str
    errors: tuple[FieldError, ...] = ()


async def enter_gift(tx: Tx, body: GiftBody, now: datetime, crm_url: str, *, parts_max: int) -> GiftView:
    """Enter one gift; one that is here under its transaction id, of the same contact, day and amount, is answered.

    `DesignationsRefused` when its designations are wrong, else `SegmentRefused` when its segment is, and `Invalid` when only other fields are, each with everything that is;
    `TransactionTaken` when the key is another gift's.
    """
    (gift_id,) = await _enter_all(tx, [body], now, prefixed=False, parts_max=parts_max)
    return await read_gift(tx, gift_id, crm_url)


async def enter_bulk(
    tx: Tx, bodies: Sequence[GiftBody], now: datetime, crm_url: str, *, parts_max: int
) -> list[GiftView]:
    """Enter several gifts, all or none; raises as `enter_gift`, with the place of each (`[3].amount`)."""
    if len(bodies) > BULK_MAX:
        raise Invalid.field(f"[{BULK_MAX}]", "TOO_MANY", f"At most {BULK_MAX} gifts at once.")
    ids = await _enter_all(tx, bodies, now, prefixed=True, parts_max=parts_max)
    return await records(tx, ids, crm_url)


async def broken_in_entries(
    tx: Tx, bodies: Sequence[GiftBody], now: datetime, *, prefixed: bool, parts_max: int
) -> list[FieldError]:
    """Everything that keeps gifts from being entered; null stands for what could not be read."""
    split = await _split_as_promised(tx, bodies)
    rows, errors = await _read(tx, split, now, prefixed=prefixed, parts_max=parts_max)
    return [*errors, *await _problems_of(tx, rows, prefixed=prefixed)]


async def enter_each(tx: Tx, bodies: Sequence[GiftBody], now: datetime, *, parts_max: int) -> list[Entered]:
    """Enter what can be of any number of gifts; of each what became of it, errors named as those of a gift by itself. One that is wrong keeps no other out."""
    split = await _split_as_promised(tx, bodies)
    rows, errors = await _read(tx, split, now, prefixed=True, parts_max=parts_max)
    wrong: dict[int, list[FieldError]] = {}
    for error in errors:
        place = int(error.field[1:].partition("].")[0])
        wrong.setdefault(place, []).append(error)
    good = [row for row in rows if row["ord"] not in wrong]
    wrong |= await links.resolve(tx, good)
    good = [row for row in good if row["ord"] not in wrong]
    answers = await _entered(tx, good, bodies, now, all_=False) if good else []
    await _apply(tx, good, answers, now)
    by_place = {
        row["ord"]: Entered(row["gift_id"], row["did"], _alone(_problems(row, prefixed=True)))
        for row in answers
    }
    return [by_place.get(n) or Entered(None, "refused", _alone(wrong[n])) for n in range(len(bodies))]


def _alone(errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """The errors of one of several gifts, named as those of a gift by itself."""
    return tuple(FieldError(each.field.partition("].")[2], each.code, each.message) for each in errors)


async def _enter_all(
    tx: Tx, bodies: Sequence[GiftBody], now: datetime, *, prefixed: bool, parts_max: int
) -> list[int]:
    bodies = await _split_as_promised(tx, bodies)
    rows, errors = await _read(tx, bodies, now, prefixed=prefixed, parts_max=parts_max)
    if errors or any(row["links"] for row in rows):
        errors += await _problems_of(tx, rows, prefixed=prefixed)
    if errors:
        raise refusal(errors)
    answers = await _entered(tx, rows, bodies, now, all_=True)
    if problems := [problem for row in answers for problem in _problems(row, prefixed=prefixed)]:
        raise refusal(problems)
    if taken := next((row for row in answers if row["did"] == "conflict"), None):
        raise TransactionTaken(f"Gift {taken['gift_id']} has this transaction source and id, and is another.")
    await _apply(tx, rows, answers, now)
    return [row["gift_id"] for row in answers]


async def _entered(
    tx: Tx, rows: Sequence[Any], bodies: Sequence[GiftBody], now: datetime, *, all_: bool
) -> Sequence[Any]:
    """What became of each; what goes with those that were made is written. Who took one of their keys in the same moment, for another contact, is found by whoever comes again."""
    try:
        answers: Sequence[Any] = await _queries.enter(tx, gifts=encode_json(rows).decode(), all=all_, now=now)
    except asyncpg.UniqueViolationError as error:
        text = "another transaction took the key at the same moment"
        raise asyncpg.SerializationError(text) from error
    await enter_extras(tx, {row["gift_id"]: bodies[row["ord"]] for row in answers if row["did"] == "made"})
    return answers


async def _problems_of(tx: Tx, rows: Sequence[Any], *, prefixed: bool) -> list[FieldError]:
    found = await _queries.problems_of_entries(tx, gifts=encode_json(rows).decode())
    strange = await links.resolve(tx, rows)
    return [
        problem
        for row in found
        for problem in (*_problems(row, prefixed=prefixed), *strange.get(row["ord"], ()))
    ]


async def _apply(tx: Tx, rows: Sequence[Any], answers: Sequence[Any], now: datetime) -> None:
    """Let new gifts come to what they are applied to. One that was here already is left as it is."""
    said = {row["ord"]: row["links"] for row in rows}
    made = [answer for answer in answers if answer["did"] == "made"]
    applied = [{**link, "gift_id": row["gift_id"]} for row in made for link in said[row["ord"]]]
    await links.apply(tx, applied, local_day(now, tx.organization.time_zone))


async def _split_as_promised(tx: Tx, bodies: Sequence[GiftBody]) -> list[GiftBody]:
    """The gifts, those without designations split as the recurring gift is that they pay."""
    bare = [n for n, body in enumerate(bodies) if not body.gift_designations and body.recurring_gift_payments]
    splits = await links.splits_of(tx, [bodies[n] for n in bare])
    read = list(bodies)
    for place, (project_ids, weights) in splits.items():
        number = bare[place]
        read[number] = split_by(read[number], project_ids, weights, tx.organization.currency)
    return read


async def _read(
    tx: Tx, bodies: Sequence[GiftBody], now: datetime, *, prefixed: bool, parts_max: int
) -> tuple[list[dict[str, Any]], list[FieldError]]:
    home = tx.organization
    today = local_day(now, home.time_zone)
    fields, default_project_id = await fields_of(tx, "Gift"), await default_project_of(tx)
    entries = [
        Entry(
            home.currency, today, parts_max, fields, _start(n, prefixed), default_project_id, names_agree=True
        )
        for n in range(len(bodies))
    ]
    rows = [entry.read(body, n) for n, (entry, body) in enumerate(zip(entries, bodies, strict=True))]
    extras = await broken_in_extras(tx, {_start(n, prefixed): body for n, body in enumerate(bodies)})
    return rows, [*(error for entry in entries for error in entry.errors), *extras]


def _start(place: int, prefixed: bool) -> str:
    return f"[{place}]." if prefixed else ""


def _problems(row: Any, *, prefixed: bool) -> list[FieldError]:
    """What the database found wrong with a gift; parts of its split are named in full already, other fields are not."""
    start = _start(row["ord"], prefixed)
    return [
        FieldError(name if name.startswith("[") else f"{start}{name}", problem["code"], problem["message"])
        for problem in rows_of(row["problems"])
        for name in (problem["field"],)
    ]
