"""What gifts are applied to: read from what a gift says, looked up, written with the gift. Whoever writes gifts calls this and knows no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import asyncpg

from almoner.crm.commitments.requests import PAYMENT, PledgePaymentBody, RecurringPaymentBody
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.figures import FigureDifference, differences_in
from almoner.kernel.money import to_decimal, to_minor
from almoner.kernel.text import fold
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)

_LEFT_OUT = {"delete", "deleted", "ignore", "ignored"}
_NAMED = {"gift_ask": "giftAskId", "planned_gift": "plannedGiftId", "grant_award": "grantId"}
_NOUNS = {
    "recurring_gift": "recurring gift",
    "pledge": "pledge",
    "gift_ask": "gift ask",
    "planned_gift": "planned gift",
    "grant_award": "grant",
}
_LISTS = {"recurring_gift": "recurringGiftPayments", "pledge": "pledgePayments"}


class Applied(Protocol):
    """What a body of a gift says of what it is applied to."""

    recurring_gift_payments: list[RecurringPaymentBody]
    pledge_payments: list[PledgePaymentBody]
    gift_ask_id: int | None
    planned_gift_id: int | None
    grant_id: int | None


def read_links(
    said: Applied, minor: int | None, currency: str, prefix: str, errors: list[FieldError]
) -> list[dict[str, Any]]:
    """What a new gift of so many `minor` units is applied to, each with the field that says so; what is wrong in itself goes to `errors`."""
    links = [*_recurring(said, currency, prefix, errors), *_pledged(said, currency, prefix, errors)]
    for kind, name in _LISTS.items():
        amounts = [link["amount_minor"] or minor or 0 for link in links if link["kind"] == kind]
        if amounts and minor is not None and not sum(amounts) <= minor > 0:
            text = "The payments together are more than the gift."
            errors.append(FieldError(f"{prefix}{name}", "OUT_OF_RANGE", text, (f"{prefix}amount",)))
    named = {"gift_ask": said.gift_ask_id, "planned_gift": said.planned_gift_id, "grant_award": said.grant_id}
    whole = [
        _link(f"{prefix}{_NAMED[kind]}", kind, record_id, None, None)
        for kind, record_id in named.items()
        if record_id is not None
    ]
    return [{**link, "n": n} for n, link in enumerate([*links, *whole])]


def _link(
    field: str, kind: str, record_id: int | None, payment_id: int | None, minor: int | None
) -> dict[str, Any]:
    return {"field": field, "kind": kind, "id": record_id, "payment_id": payment_id, "amount_minor": minor}


def _recurring(
    said: Applied, currency: str, prefix: str, errors: list[FieldError]
) -> Iterator[dict[str, Any]]:
    for path, part in _standing(said.recurring_gift_payments, f"{prefix}recurringGiftPayments"):
        payment_id = payment_number(part.payment_id)
        if part.payment_id is not None and payment_id is None:
            text = f"Expected {PAYMENT} and an id."
            errors.append(FieldError(f"{path}.paymentId", "INVALID", text))
        elif part.id is None and payment_id is None:
            text = "Name the recurring gift by id, or its payment by paymentId."
            errors.append(FieldError(f"{path}.id", "REQUIRED", text, (f"{path}.paymentId",)))
        else:
            minor = positive_minor(part.amount, currency, f"{path}.amount", errors, f"{prefix}currencyCode")
            field = f"{path}.id" if payment_id is None else f"{path}.paymentId"
            # A payment says whose it is: the id beside it may be of either.
            recurring_id = part.id if payment_id is None else None
            yield _link(field, "recurring_gift", recurring_id, payment_id, minor)


def _pledged(said: Applied, currency: str, prefix: str, errors: list[FieldError]) -> Iterator[dict[str, Any]]:
    for path, part in _standing(said.pledge_payments, f"{prefix}pledgePayments"):
        if part.id is None and part.pledge_id is None:
            text = "Name the payment by id, or the pledge by pledgeId."
            errors.append(FieldError(f"{path}.id", "REQUIRED", text, (f"{path}.pledgeId",)))
            continue
        minor = positive_minor(part.amount, currency, f"{path}.amount", errors, f"{prefix}currencyCode")
        field = f"{path}.id" if part.id is not None else f"{path}.pledgeId"
        yield _link(field, "pledge", part.pledge_id, part.id, minor)


def _standing(parts: Sequence[Any] | None, path: str) -> Iterator[tuple[str, Any]]:
    """Each part that is not to be left out, with its place; of what could not be read nothing is said."""
    for n, part in enumerate(parts or ()):
        if part is not None and fold(part.state or "") not in _LEFT_OUT:
            yield f"{path}[{n}]", part


def payment_number(text: str | None) -> int | None:
    """The id of the expected payment that a gift names; None when there is none in it."""
    number = (text or "").strip().removeprefix(PAYMENT)
    return int(number) if number.isascii() and number.isdecimal() and 0 < len(number) <= 18 else None


async def resolve(tx: Tx, rows: Iterable[Mapping[str, Any]]) -> dict[int, list[FieldError]]:
    """Looks up what gifts are applied to: sets `id` in the `links` of each row and answers, by `ord`, what names nothing or is of another currency."""
    links = {(row["ord"], link["n"]): (row, link) for row in rows for link in row.get("links", ())}
    if not links:
        return {}
    asked = [{"ord": ord_, **link} for (ord_, _), (_, link) in links.items()]
    problems: dict[int, list[FieldError]] = {}
    for found in await _queries.examined(tx, links=encode_json(asked).decode()):
        row, link = links[found["ord"], found["n"]]
        if error := _problem(found, row, link):
            problems.setdefault(found["ord"], []).append(error)
        link["id"] = found["id"]
    return problems


def _problem(found: Any, row: Mapping[str, Any], link: Mapping[str, Any]) -> FieldError | None:
    noun = _NOUNS[link["kind"]]
    if link["payment_id"] is not None and found["payment_id"] is None:
        return FieldError(link["field"], "UNKNOWN", f"There is no payment {link['payment_id']} of a {noun}.")
    if found["id"] is None:
        return FieldError(link["field"], "UNKNOWN", f"There is no {noun} {link['id']}.")
    if found["currency"] != row["currency"]:
        text = f"The {noun} is in {found['currency']}: a gift in another currency does not pay it."
        return FieldError(link["field"], "INCONSISTENT", text, (row["currency_field"],))
    return None


async def apply(tx: Tx, links: Iterable[Mapping[str, Any]], today: date) -> None:
    """Apply gifts, new in this transaction or locked, to what `links` name (`gift_id` beside what `resolve` found)."""
    wanted = list(links)
    if not wanted:
        return
    try:
        await _queries.apply(tx, links=encode_json(wanted).decode(), today=today)
    except asyncpg.ForeignKeyViolationError as error:
        raise asyncpg.SerializationError("what the gift is applied to went at the same moment") from error


async def add_payment(
    tx: Tx, gift_id: int, said: Applied, amount: Decimal, currency: str, today: date
) -> None:
    """Let a gift that is here and locked, of this amount, be a payment of a recurring gift too: of what is left of it; `Invalid` names what cannot be."""
    errors: list[FieldError] = []
    links = read_links(said, to_minor(amount, currency), currency, "", errors)
    row = {"ord": 0, "currency": currency, "currency_field": "currencyCode", "links": links}
    errors += (await resolve(tx, [row])).get(0, [])
    left = await _queries.left_of_gift(tx, gift_id=gift_id)
    if not errors and left <= 0:
        text = (
            f"Nothing is left of gift {gift_id}: what was not taken back of it pays recurring gifts already."
        )
        errors.append(FieldError("giftId", "OUT_OF_RANGE", text))
    elif not errors and any((link["amount_minor"] or 0) > left for link in links):
        text = f"Only {to_decimal(left, currency)} are left of gift {gift_id}."
        errors.append(FieldError("amount", "OUT_OF_RANGE", text, ("giftId",)))
    if errors:
        raise Invalid(errors[0].message, fields=tuple(errors))
    await apply(tx, [{**link, "gift_id": gift_id} for link in links], today)


async def splits_of(tx: Tx, bodies: Sequence[Applied]) -> dict[int, tuple[list[int], list[int]]]:
    """The split of the first recurring gift that each of `bodies` names, by its place: projects and their parts in minor units."""
    named: dict[int, tuple[int | None, int | None]] = {}
    for place, body in enumerate(bodies):
        for _, part in _standing(body.recurring_gift_payments, ""):
            named.setdefault(place, (part.id, payment_number(part.payment_id)))
    if not named:
        return {}
    ids = [number for number, payment in named.values() if payment is None and number is not None]
    payments = [payment for _, payment in named.values() if payment is not None]
    splits: dict[tuple[int | None, int | None], tuple[list[int], list[int]]] = {}
    for row in await _queries.split_of(tx, ids=ids, payment_ids=payments):
        split = (list(row["designation_project_ids"]), list(row["designation_minor"]))
        splits[row["id"], None] = split
        splits[None, row["payment_id"]] = split
    keys = {
        place: (None, payment) if payment else (number, None) for place, (number, payment) in named.items()
    }
    return {place: splits[key] for place, key in keys.items() if key in splits}


async def gift_ids_of(tx: Tx, kind: str, record_id: int) -> list[int]:
    """The gifts that are applied to a record, in the order of their days."""
    return [row["id"] for row in await _queries.gifts_of(tx, kind=kind, id=record_id)]


async def applied_differences(tx: Tx) -> list[FigureDifference]:
    """Gifts of which more or less counts than their money gives, and promises whose first open payment or sum is not that of their payments.

    At most 100 of each. Reads all that gifts are applied to, and all promises.
    """
    rows = [*await _queries.differences(tx), *await _queries.due_differences(tx)]
    return differences_in(rows)
