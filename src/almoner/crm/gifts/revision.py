"""What a gift is to be that is replaced, before the database is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from almoner.crm.gift_extras.requests import PREMIUMS_MAX
from almoner.crm.gift_extras.rules import premiums_of
from almoner.crm.gifts.entry import DELETED, IGNORED, Entry
from almoner.crm.gifts.requests import DesignationBody, GiftBody, GiftReplacementBody
from almoner.crm.gifts.rules import plain, type_name
from almoner.crm.gifts.views import GiftDesignationView, GiftView
from almoner.crm.wire import read_day
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean, fold, fold_code
from almoner.platform.wire import fill

SENT = "It came from another system: {} is mended there, or the gift is taken back here."
REVERSES = "It takes another gift back: {} stays. Delete it and take back otherwise."
NOTHING_GOES_OUT = "It takes another gift back: nothing is given for it, passed through it or paid by it."


def revised_row(entry: Entry, body: GiftReplacementBody, was: Any, view: GiftView) -> dict[str, Any]:
    """The element of `crm_code.entered_gift` for a gift that `was` so and was told as `view`; `entry` gets what is wrong."""
    _refuse_another(entry, body, was)
    parts, is_read = _parts(entry, body.gift_designations, view)
    amount = view.amount if body.amount is None else body.amount
    whole = fill(
        GiftBody,
        body,
        contact_id=was["contact_id"],
        amount=amount,
        gift_type="Other",
        gift_date=body.gift_date,
        currency_code=body.currency_code or was["currency"],
        gift_designations=parts,
        transaction_source=None,
        transaction_id=None,
        recurring_gift_payments=[],
        pledge_payments=[],
        gift_ask_id=None,
        grant_id=None,
        planned_gift_id=None,
    )
    row = entry.read(whole, 0, was["gift_type"], was["gift_on"])
    if was["segment_id"] is None and body.segment_id is None and _is_code(body.segment_code, was):
        row |= {"segment": None, "kept_segment": was["segment_code"]}
    if not is_read:
        row["parts"] = []
    return row


def fixed_row(entry: Entry, body: GiftReplacementBody, was: Any, view: GiftView) -> dict[str, Any]:
    """As `revised_row`, of a gift whose day and money stay as they are: another system's, or what takes a gift back."""
    text = REVERSES if was["reverses_id"] is not None else SENT
    if was["reverses_id"] is not None:
        for field in _gone_out_with(body):
            entry.errors.append(FieldError(field, "INCONSISTENT", NOTHING_GOES_OUT))
    for field, what in _money_that_differs(body, was, view):
        entry.errors.append(FieldError(field, "INCONSISTENT", text.format(what)))
    sign = -1 if was["amount_minor"] < 0 else 1
    parts = [
        DesignationBody(id=part.id, project_id=part.project_id, amount=sign * part.amount_designated)
        for part in view.gift_designations
    ]
    same = replace(
        body,
        amount=sign * view.amount,
        currency_code=was["currency"],
        gift_date=None,
        gift_designations=parts,
    )
    row = revised_row(entry, same, was, view)
    parts_as_they_are = [{**part, "minor": sign * part["minor"]} for part in row["parts"]]
    return {**row, "amount_minor": was["amount_minor"], "parts": parts_as_they_are}


def _gone_out_with(body: GiftReplacementBody) -> Iterator[str]:
    """The fields that say what goes with money that comes in, and not with money that goes back."""
    named = {
        "contactPassthroughId": body.contact_passthrough_id,
        "giftPassthroughs": body.gift_passthroughs,
        "giftPremiums": premiums_of((body.gift_premiums or ())[:PREMIUMS_MAX]),
        "recurringGiftPayments": body.recurring_gift_payments,
        "pledgePayments": body.pledge_payments,
        "giftAskId": body.gift_ask_id,
        "grantId": body.grant_id,
        "plannedGiftId": body.planned_gift_id,
    }
    yield from (field for field, said in named.items() if said)


def _is_code(said: str | None, was: Any) -> bool:
    """Whether a gift has this code of a segment that is not here: it stays as it is."""
    return bool(clean(said)) and fold_code(said or "") == fold_code(was["segment_code"] or "")


def _refuse_another(entry: Entry, body: GiftReplacementBody, was: Any) -> None:
    """Who gave a gift, its type and its source do not change."""
    if body.contact_id not in (None, was["contact_id"]):
        text = "Who gave a gift does not change: take it back, and enter it again."
        entry.errors.append(FieldError("contactId", "INCONSISTENT", text))
    types = {plain(was["gift_type"]), plain(type_name(was["gift_type"]))}
    if body.gift_type is not None and plain(body.gift_type) not in types:
        text = f"The type of a gift does not change: it is {type_name(was['gift_type'])}."
        entry.errors.append(FieldError("giftType", "INCONSISTENT", text))
    given = (body.transaction_source, body.transaction_id)
    stored = (was["transaction_source"], was["transaction_id"])
    source, id_ = given
    is_other = (
        (source or "").strip().lower() != (stored[0] or "").strip().lower(),
        (id_ or "").strip() != stored[1],
    )
    for field, said, differs in zip(("transactionSource", "transactionId"), given, is_other, strict=True):
        if said is not None and differs:
            text = "The source of a gift does not change."
            entry.errors.append(FieldError(field, "INCONSISTENT", text))


def _parts(
    entry: Entry, given: Sequence[DesignationBody] | None, view: GiftView
) -> tuple[list[DesignationBody], bool]:
    """The parts that there are from now on, at their places in the body; without any those that there are. False: one is not of the gift."""
    known = {part.id: part for part in view.gift_designations}
    if not given:
        return [_as_it_is(part) for part in known.values()], True
    before, seen = len(entry.errors), set[int]()
    parts = []
    for n, part in enumerate(given):
        own = None if part.id is None else known.get(part.id)
        if part.id is not None and own is None:
            text = f"The gift has no designation {part.id}."
            entry.errors.append(FieldError(f"giftDesignations[{n}].id", "UNKNOWN", text))
        elif part.id in seen:
            text = f"Designation {part.id} is named twice."
            entry.errors.append(FieldError(f"giftDesignations[{n}].id", "INCONSISTENT", text))
        seen |= set() if part.id is None else {part.id}
        parts.append(_standing(part, own))
    return parts, len(entry.errors) == before


def _standing(part: DesignationBody, own: GiftDesignationView | None) -> DesignationBody:
    """A part of the body with what it takes from the designation that it is; one to ignore is as it was."""
    state = fold(part.state or "")
    if own is None or state in DELETED:
        return part
    if state in IGNORED:
        return _as_it_is(own)
    is_named = part.project_id or part.project_code or part.external_accounting_code
    amount = part.amount if part.amount_designated is None else part.amount_designated
    return replace(
        part,
        project_id=part.project_id if is_named else own.project_id,
        amount_designated=own.amount_designated if amount is None else part.amount_designated,
    )


def _as_it_is(part: GiftDesignationView) -> DesignationBody:
    return DesignationBody(id=part.id, project_id=part.project_id, amount_designated=part.amount_designated)


def _money_that_differs(body: GiftReplacementBody, was: Any, view: GiftView) -> Iterator[tuple[str, str]]:
    """The fields that say other money, or another day, than a gift has."""
    if body.amount is not None and body.amount != view.amount:
        yield "amount", "the amount"
    if body.currency_code is not None and fold(body.currency_code) != fold(was["currency"]):
        yield "currencyCode", "the currency"
    errors: list[FieldError] = []
    if read_day("giftDate", body.gift_date, errors) not in (None, was["gift_on"]) or errors:
        yield "giftDate", "the day"
    if body.gift_designations and not _is_same_split(body.gift_designations, view.gift_designations):
        yield "giftDesignations", "the split"


def _is_same_split(given: Sequence[DesignationBody], there: Sequence[GiftDesignationView]) -> bool:
    """Whether each part that stands is one of those that are there, and none of these is missing."""
    left = list(there)
    for part in given:
        state = fold(part.state or "")
        same = next((each for each in left if _is(part, each, is_ignored=state in IGNORED)), None)
        if state in DELETED or same is None:
            return False
        left.remove(same)
    return not left


def _is(part: DesignationBody, there: GiftDesignationView, *, is_ignored: bool) -> bool:
    if part.id not in (None, there.id):
        return False
    if is_ignored:
        return part.id is not None
    amount: Decimal | None = part.amount if part.amount_designated is None else part.amount_designated
    if amount not in (None, there.amount_designated):
        return False
    if part.project_id is not None:
        return part.project_id == there.project_id
    return part.project_code is None or fold_code(part.project_code) == fold_code(there.project_code or "")
