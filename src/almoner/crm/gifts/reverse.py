"""Take gifts back, whole or in part: of all parts in proportion, or of those that somebody names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from almoner.crm.gifts.requests import DesignationBody, ReversalBody
from almoner.crm.gifts.service import read_gift
from almoner.crm.gifts.views import GiftView
from almoner.crm.wire import read_day
from almoner.kernel.amounts import positive_minor
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, to_minor
from almoner.kernel.text import clean, fold_code
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)


async def reverse_gift(tx: Tx, body: ReversalBody, now: datetime, crm_url: str) -> GiftView:
    """Take back a gift, whole or in part, by another of negative amounts; the original stays.

    `Invalid` names what is wrong: a gift that is not there or is a reversal itself, more than is left of it, a day before the gift's.
    """
    today = local_day(now, tx.organization.time_zone)
    await _queries.hold_gifts(tx, ids=[body.reversed_gift_id])
    row = await _reversible(tx, body, today)
    gift_id: int = await _queries.reverse(tx, **row, now=now)
    return await read_gift(tx, gift_id, crm_url)


async def broken_in_reversal(tx: Tx, body: ReversalBody, now: datetime) -> tuple[FieldError, ...]:
    """Everything that keeps `reverse_gift` from it; null stands for what could not be read."""
    try:
        await _reversible(tx, body, local_day(now, tx.organization.time_zone))
    except Invalid as refused:
        return refused.fields
    return ()


async def _reversible(tx: Tx, body: ReversalBody, today: date) -> dict[str, Any]:
    errors: list[FieldError] = []
    day = read_day("giftDate", body.gift_date, errors) or today
    gift = None
    if body.reversed_gift_id is not None:
        gift = await _queries.to_reverse(tx, id=body.reversed_gift_id)
        if gift is None:
            errors.append(
                FieldError("reversedGiftId", "UNKNOWN", f"There is no gift {body.reversed_gift_id}.")
            )
        elif gift["reverses_id"] is not None:
            text = f"Gift {body.reversed_gift_id} takes back another: it cannot be taken back."
            errors.append(FieldError("reversedGiftId", "INVALID", text))
    if gift is not None and not gift["gift_on"] <= day <= today:
        errors.append(
            FieldError("giftDate", "OUT_OF_RANGE", "The day lies between that of the gift and today.")
        )
    rest = [] if gift is None else await _queries.rest_of(tx, id=body.reversed_gift_id)
    minor = _rest(body, gift, None if gift is None else sum(row["minor"] for row in rest), errors)
    parts = {} if gift is None else _parts(body, gift["currency"], rest, errors)
    if parts and minor is not None and not errors and sum(parts.values()) != minor:
        text = "The amounts of the designations must sum to the amount that is taken back."
        errors.append(FieldError("giftDesignations", "SUM_MISMATCH", text))
    if errors:
        raise Invalid("The reversal is not valid.", fields=tuple(errors))
    split = {"project_ids": list(parts), "parts": list(parts.values())} if parts else _NO_SPLIT
    whole = sum(parts.values()) if parts else minor
    return {"id": body.reversed_gift_id, "gift_on": day, "minor": whole, "notes": body.notes, **split}


_NO_SPLIT: Mapping[str, Any] = {"project_ids": None, "parts": None}


def _parts(
    body: ReversalBody, currency: str, rest: Sequence[Any], errors: list[FieldError]
) -> dict[int, int]:
    """How much is taken back of which project, where the body says so: positive, and no more than is left of it."""
    parts: dict[int, int] = {}
    for n, part in enumerate(body.gift_designations or ()):
        path = f"giftDesignations[{n}]"
        amount = part.amount if part.amount_designated is None else part.amount_designated
        if amount is None:
            text = "A designation needs its amount."
            errors.append(FieldError(f"{path}.amountDesignated", "REQUIRED", text, (f"{path}.amount",)))
        minor = positive_minor(amount, currency, f"{path}.amountDesignated", errors)
        named = _project_of(part, path, rest, errors)
        if minor is None or named is None:
            continue
        parts[named["project_id"]] = parts.get(named["project_id"], 0) + minor
        if parts[named["project_id"]] > named["minor"]:
            text = "No more can be taken back of a project than is left of the gift for it."
            errors.append(FieldError(f"{path}.amountDesignated", "OUT_OF_RANGE", text))
    return parts


def _project_of(part: DesignationBody, path: str, rest: Sequence[Any], errors: list[FieldError]) -> Any:
    """The project of the gift that a part names, with what is left for it."""
    code, account = clean(part.project_code), clean(part.external_accounting_code)
    if part.project_id is not None:
        field, named = "projectId", [row for row in rest if row["project_id"] == part.project_id]
    elif code is not None:
        field, named = "projectCode", [row for row in rest if row["code_key"] == fold_code(code)]
    else:
        field = "externalAccountingCode" if account is not None else "projectId"
        named = [row for row in rest if account is not None and row["external_accounting_code"] == account]
    if len(named) == 1:
        return named[0]
    text = (
        "Several projects of the gift have this accounting code: name one by its projectCode."
        if named
        else "Nothing is left of the gift for this project."
    )
    errors.append(FieldError(f"{path}.{field}", "AMBIGUOUS" if named else "UNKNOWN", text))
    return None


def _rest(body: ReversalBody, gift: Any, left: int | None, errors: list[FieldError]) -> int | None:
    """How much is taken back: what is asked for, or (None) all that is left."""
    if gift is None or left is None or gift["reverses_id"] is not None:
        return None
    try:
        minor = None if body.amount is None else to_minor(body.amount, gift["currency"])
    except MoneyError as error:
        errors.append(FieldError("amount", error.code, str(error)))
        return None
    if not left:
        errors.append(FieldError("reversedGiftId", "OUT_OF_RANGE", "All of this gift was taken back before."))
    elif minor is not None and not 1 <= minor <= left:
        errors.append(
            FieldError(
                "amount", "OUT_OF_RANGE", "The amount must be positive and no more than is left of the gift."
            )
        )
    return minor
