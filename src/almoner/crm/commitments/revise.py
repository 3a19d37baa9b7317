"""What a gift that is replaced is applied to from now on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from almoner.crm.commitments import links
from almoner.crm.commitments.links import Applied, payment_number
from almoner.kernel.amounts import positive_minor
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError
from almoner.kernel.text import fold
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)

_ADD, _DELETE, _IGNORE = {"add", "added"}, {"delete", "deleted"}, {"ignore", "ignored"}
_WHOLE = {"gift_ask_id": "gift_ask_id", "planned_gift_id": "planned_gift_id", "grant_award_id": "grant_id"}
APPLIED = ("recurringGiftPayments", "pledgePayments", "giftAskId", "plannedGiftId", "grantId")
"""What a gift tells of what it is applied to, by the names of the wire."""
_LISTED = {"recurring_gift_payment_id": "recurring_gift_payments", "pledge_payment_id": "pledge_payments"}
_KINDS = {"recurring_gift_payments": "recurring_gift", "pledge_payments": "pledge"}
PATHS = {"recurring_gift_payments": "recurringGiftPayments", "pledge_payments": "pledgePayments"}
"""The lists of payments, as they are on the wire."""


@dataclass(slots=True)
class _Rest:
    """What is said beyond what the gift is applied to already: as a new gift says it."""

    recurring_gift_payments: list[Any] = field(default_factory=list)
    pledge_payments: list[Any] = field(default_factory=list)
    gift_ask_id: int | None = None
    planned_gift_id: int | None = None
    grant_id: int | None = None


@dataclass(slots=True)
class Revision:
    """What changes: links that go, amounts of those that stay, and what is new."""

    gone: list[int] = field(default_factory=list)
    amounts: dict[int, int] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        """Whether anything changes."""
        return bool(self.gone or self.amounts or self.added)


async def read_revision(
    tx: Tx, gift_id: int, said: Applied, minor: int | None, currency: str, errors: list[FieldError]
) -> Revision:
    """What changes of what a gift is applied to when it is replaced so; what is wrong goes to `errors`.

    A list that says nothing lets all stay; else what it does not name goes. An element is the payment that the gift is already when it names
    that, unless it is to be added. What is named and what is new of a list together are no more than the gift, as of a new one; what stays because
    nothing was said of it is paid as far as the gift's money goes.
    """
    there = await _queries.of_gift(tx, gift_id=gift_id)
    revision, rest = Revision(), _Rest()
    for column, name in _LISTED.items():
        given: Sequence[Any] = getattr(said, name) or ()
        own: dict[int, list[Any]] = {}
        for row in there:
            if row[column] is not None:
                own.setdefault(row[column], []).append(row)
        if given:
            kept = _kept(name, given, own, currency, revision, errors, getattr(rest, name))
            revision.gone += [row["id"] for key, rows in own.items() if key not in kept for row in rows]
    for column, name in _WHOLE.items():
        wanted = getattr(said, name)
        revision.gone += [row["id"] for row in there if row[column] not in (None, wanted)]
        if wanted is not None and all(row[column] != wanted for row in there):
            setattr(rest, name, wanted)
    found = links.read_links(rest, minor, currency, "", errors)
    row = {"ord": 0, "currency": currency, "currency_field": "currencyCode", "links": found}
    errors += (await links.resolve(tx, [row])).get(0, [])
    revision.added = [{**link, "gift_id": gift_id} for link in found]
    stays = [row for row in there if row["id"] not in revision.gone]
    errors += _too_much(said, stays, revision, minor)
    if any(row["pays"] and row["currency"] != currency for row in stays):
        text = "The gift pays what is in its currency: take that off it first."
        errors.append(FieldError("currencyCode", "INCONSISTENT", text, tuple(PATHS.values())))
    return revision


def _too_much(
    said: Applied, stays: Sequence[Any], revision: Revision, minor: int | None
) -> Iterator[FieldError]:
    """Each list of which what is named and what is new are more than the gift. What is new alone was judged as that of a new gift."""
    if minor is None:
        return
    for column, name in _LISTED.items():
        kept = [
            revision.amounts.get(row["id"], row["amount_minor"]) for row in stays if row[column] is not None
        ]
        new = [link["amount_minor"] or minor for link in revision.added if link["kind"] == _KINDS[name]]
        # One that says no amount takes all that is left.
        is_more = (None in kept and new) or sum(each or 0 for each in kept) + sum(new) > minor
        if is_more and kept and getattr(said, name):
            text = "The payments together are more than the gift."
            yield FieldError(PATHS[name], "OUT_OF_RANGE", text, ("amount",))


def _kept(
    name: str,
    given: Sequence[Any],
    own: Mapping[int, Sequence[Any]],
    currency: str,
    revision: Revision,
    errors: list[FieldError],
    rest: list[Any],
) -> set[int]:
    """The payments that the gift is and stays; elements that are none of these go to `rest`, in their places.

    It may be one payment twice, once the pledge has fewer: what is said of it is of both together.
    """
    path = PATHS[name]
    kept: set[int] = set()
    for n, part in enumerate(given):
        state = fold(part.state or "") if part is not None else "ignore"
        number: int | None = (
            None if part is None else payment_number(getattr(part, "payment_id", None)) or part.id
        )
        if number is None or number not in own or state in _ADD:
            rest.append(part)
            continue
        rest.append(None)
        if number in kept:
            text = f"Payment {number} is named twice: name it once, with all that the gift is of it."
            errors.append(FieldError(f"{path}[{n}].id", "INCONSISTENT", text))
        elif state not in _DELETE:
            kept.add(number)
            amount = positive_minor(part.amount, currency, f"{path}[{n}].amount", errors)
            if amount is not None and state not in _IGNORE and amount != _whole(own[number]):
                first, *others = own[number]
                revision.amounts[first["id"]] = amount
                revision.gone += [row["id"] for row in others]
    return kept


def _whole(rows: Sequence[Any]) -> int | None:
    """How much of a gift is said to be one payment; None when it is all that there is."""
    amounts = [row["amount_minor"] for row in rows]
    return None if None in amounts else sum(amounts)


async def revise(tx: Tx, gift_id: int, revision: Revision, now: datetime) -> None:
    """Carry out what changes of what a gift, which is locked, is applied to; the caller's event tells of it."""
    if not revision.says_something:
        return
    today = local_day(now, tx.organization.time_zone)
    recurring, pledges = (
        [link["id"] for link in revision.added if link["kind"] == kind] for kind in _KINDS.values()
    )
    await _queries.take_off(
        tx, gift_id=gift_id, ids=revision.gone, recurring_ids=recurring, pledge_ids=pledges, today=today
    )
    amounts = [{"id": key, "amount_minor": minor} for key, minor in revision.amounts.items()]
    await _queries.set_amounts(tx, gift_id=gift_id, links=encode_json(amounts).decode())
    await links.apply(tx, revision.added, today)
    await _queries.recount(tx, ids=[gift_id])


async def take_all_off(tx: Tx, gift_id: int, now: datetime) -> None:
    """Let a gift, which is locked and about to go, be applied to nothing; recurring gifts expect its payments again."""
    today = local_day(now, tx.organization.time_zone)
    await _queries.take_off(tx, gift_id=gift_id, ids=None, recurring_ids=[], pledge_ids=[], today=today)
