"""Bring gifts from elsewhere by the thousand: read as bodies of the API are, entered where they can be, each told what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from almoner.crm.contacts.naming import ContactName, contacts_named
from almoner.crm.gifts.enter import Entered, broken_in_entries, enter_each
from almoner.crm.gifts.requests import GiftBody
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, currency_code
from almoner.platform.database import Tx, load_queries
from almoner.platform.http import decode_body
from almoner.platform.http.judging import together
from almoner.platform.http.leniency import Unread
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)
_KEY = "transactionId"


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift as it is said: fields by their names on the wire, and who gave, where `contactId` does not say it."""

    said: dict[str, Any]
    giver: ContactName | None = None
    errors: tuple[FieldError, ...] = ()
    """What was wrong with it before: it is not entered."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a gift: `did` is made, same or refused. How much it is, and in which currency, where that can be read."""

    did: str
    errors: tuple[FieldError, ...]
    gift_id: int | None
    amount: Decimal | None
    currency: str | None


@dataclass(slots=True)
class _Reading:
    """A gift as far as it could be read, what is wrong so far, and what became of it."""

    body: GiftBody | None
    errors: tuple[FieldError, ...]
    unread: frozenset[str]
    """The fields of which nothing is known."""
    is_whole: bool
    """Whether its one part says no amount, and so is all of it."""
    did: str = "refused"
    gift_id: int | None = None


async def bring(tx: Tx, gifts: Sequence[Gift], now: datetime, *, parts_max: int) -> list[Brought]:
    """Enter what can be of any number of gifts, and tell of each what became of it, with everything that is wrong with it.

    Each is read as the body of `POST /api/Gift`. Beyond that the only part of a gift may leave out its amount, and of gifts under one key the second
    is judged by the first, as if they came in calls of their own: so it does not matter how a file is cut.
    """
    named = [gift.giver for gift in gifts if gift.giver is not None]
    found = iter(await contacts_named(tx, named)) if named else iter(())
    read = [_read(gift, None if gift.giver is None else next(found)) for gift in gifts]
    good = [one for one in read if not one.errors]
    for one, entered in zip(good, await _in_turns(tx, list(map(_body, good)), now, parts_max), strict=True):
        if entered.did == "conflict":
            one.errors = taken(entered.gift_id)
        else:
            one.did, one.gift_id, one.errors = entered.did, entered.gift_id, entered.errors
    await _look_further(tx, [one for one in read if one.errors and one.body is not None], now, parts_max)
    return [_brought(one, tx.organization.currency) for one in read]


async def keys_of(tx: Tx, gift_ids: Iterable[int]) -> dict[int, tuple[tuple[str, str], tuple[Any, ...]]]:
    """Of gifts that have one: the key as keys are compared, and what another gift under it must say to be the same."""
    rows = await _queries.keys_of(tx, ids=list(gift_ids))
    return {
        row["id"]: (
            (row["source"], row["transaction_id"]),
            (row["contact_id"], row["gift_on"], row["amount_minor"], row["currency"]),
        )
        for row in rows
    }


def taken(gift_id: int | None = None) -> tuple[FieldError, ...]:
    """Why a gift is refused whose key another one has, which is named where it has an id."""
    other = "Another gift" if gift_id is None else f"Gift {gift_id}"
    text = f"{other} has this transaction source and id, and another contact, day, amount or currency."
    return (FieldError(_KEY, "TAKEN", text),)


def _read(gift: Gift, giver: int | FieldError | None) -> _Reading:
    """The body that is said; of one that does not fit what remains of it."""
    strange = giver if isinstance(giver, FieldError) else None
    said = gift.said if giver is None or strange else {**gift.said, "contactId": giver}
    errors = gift.errors
    try:
        body: GiftBody | None = decode_body(encode_json(said), GiftBody)
    except Invalid as refused:
        body = refused.remains if isinstance(refused, Unread) else None
        errors += refused.fields
    unread = frozenset(error.field for error in errors)
    if strange is not None:
        errors = (strange, *(error for error in errors if error.field != "contactId"))
    return _Reading(body, errors, unread, body is not None and _fill(body))


def _fill(body: GiftBody) -> bool:
    """Let the only part of a gift, where it says no amount, have all of it; whether that was so."""
    if len(body.gift_designations) != 1:
        return False
    (part,) = body.gift_designations
    if part.amount is not None or part.amount_designated is not None:
        return False
    part.amount_designated = body.amount
    return True


def _body(reading: _Reading) -> GiftBody:
    if reading.body is None:
        raise TypeError("a gift without errors is read")
    return reading.body


async def _in_turns(tx: Tx, bodies: Sequence[GiftBody], now: datetime, parts_max: int) -> list[Entered]:
    """Enter gifts so that none is in one call with another of its key."""
    answers: dict[int, Entered] = {}
    left = list(range(len(bodies)))
    while left:
        turn = _first_of_each_key(left, bodies)
        entered = await enter_each(tx, [bodies[n] for n in turn], now, parts_max=parts_max)
        answers |= zip(turn, entered, strict=True)
        # Spellings that only the database takes for one come again too.
        left = [n for n in left if n not in answers or _met_its_like(answers[n])]
    return [answers[n] for n in range(len(bodies))]


def _first_of_each_key(places: Sequence[int], bodies: Sequence[GiftBody]) -> list[int]:
    first: dict[Any, int] = {}
    for n in places:
        source, key = bodies[n].transaction_source, bodies[n].transaction_id
        first.setdefault(n if source is None or key is None else (source.strip().lower(), key.strip()), n)
    return list(first.values())


def _met_its_like(entered: Entered) -> bool:
    return entered.did == "refused" and any(map(_is_taken, entered.errors))


def _is_taken(error: FieldError) -> bool:
    return (error.field, error.code) == (_KEY, "TAKEN")


async def _look_further(tx: Tx, refused: Sequence[_Reading], now: datetime, parts_max: int) -> None:
    """Add to what is refused what else is wrong with it, so that it is mended once."""
    if not refused:
        return
    also: dict[int, list[FieldError]] = {}
    for error in await broken_in_entries(
        tx, list(map(_body, refused)), now, prefixed=True, parts_max=parts_max
    ):
        place, _, name = error.field[1:].partition("].")
        hangs_on = tuple(other.partition("].")[2] for other in error.hangs_on)
        told = replace(error, field=name, hangs_on=hangs_on)
        if not _is_taken(told):  # by another that is refused: no reason
            also.setdefault(int(place), []).append(told)
    for n, one in enumerate(refused):
        errors = together(one.errors, also.get(n, ()), one.unread)
        # Mended, it may be the gift that has its key: until then nobody knows.
        one.errors = tuple(error for error in errors if not _is_taken(error)) or errors


def _brought(one: _Reading, base_currency: str) -> Brought:
    errors = one.errors
    if one.is_whole:  # of its part nothing is wrong that is not wrong with its amount
        errors = tuple(error for error in errors if not error.field.endswith("].amountDesignated")) or errors
    amount = None if one.body is None else one.body.amount
    return Brought(one.did, errors, one.gift_id, amount, _currency(one.body, base_currency))


def _currency(body: GiftBody | None, base: str) -> str | None:
    try:
        return base if body is None or body.currency_code is None else currency_code(body.currency_code)
    except MoneyError:
        return None
