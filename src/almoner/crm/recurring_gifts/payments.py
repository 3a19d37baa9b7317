"""The payments of recurring gifts: expected ahead, made, dismissed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from almoner.crm.commitments import links
from almoner.crm.commitments.requests import RecurringPaymentBody
from almoner.crm.commitments.views import RecurringGiftPaymentView, recurring_payment
from almoner.crm.events import LOG
from almoner.crm.gifts import enter
from almoner.crm.gifts.requests import GiftBody
from almoner.crm.gifts.service import records as gift_records
from almoner.crm.recurring_gifts.errors import AlreadySettled, PaymentTaken
from almoner.crm.recurring_gifts.requests import ManualPaymentBody
from almoner.crm.recurring_gifts.service import Moment
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid, found, only
from almoner.kernel.money import to_decimal
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.database.trouble import is_trouble
from almoner.platform.logger import Logger, error_facts
from almoner.platform.repeating import end_if_cancelled
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)
_log = Logger(__name__)

SORTS = {"expectedpaymentdate": "expected_on", "id": "id"}
"""`sortBy` names of payments and the columns behind them."""
AHEAD_AT_ONCE = 500
"""Recurring gifts whose payments are made ahead in one transaction."""


async def records(tx: Tx, ids: Sequence[int]) -> list[RecurringGiftPaymentView]:
    """Payments in the order of `ids`; unknown ids are left out. The one read of payments."""
    rows = await read_rows(_queries.payments, tx, ids)
    return await tell_rows("crm.recurring_gift_payment", rows, ids, _told, RecurringGiftPaymentView)


def _told(row: Any) -> RecurringGiftPaymentView:
    return recurring_payment(row, row["of_currency"])


async def list_payments(tx: Tx, recurring_gift_id: int, paging: Paging) -> Page[RecurringGiftPaymentView]:
    """A page of the payments of a recurring gift, made and expected."""
    return await read_page(tx, _queries.chosen_payments, paging, records, recurring_gift_id=recurring_gift_id)


async def record_payment(
    tx: Tx, recurring_gift_id: int, said: ManualPaymentBody, at: Moment
) -> RecurringGiftPaymentView:
    """Note a payment of a recurring gift: by a gift that is here, or by a new one of its contact, split as it is.

    A gift that pays it already, told again, is answered with its payment. `NotFound` without the recurring gift; `PaymentTaken` when the payment
    that is named takes no gift; `Invalid` and what `enter_gift` raises when the gift cannot be.
    """
    row = found(
        await _queries.held(tx, id=recurring_gift_id, gift_id=said.gift_id),
        "recurring gift",
        recurring_gift_id,
    )
    if errors := await broken_in_payment(tx, recurring_gift_id, said):
        raise Invalid(errors[0].message, fields=tuple(errors))
    payment_id = await _paid_by(tx, recurring_gift_id, said)
    if payment_id is None:
        await _refuse_taken(tx, said.payment_id)
        payment_id = await _pay(tx, row, said, at)
    return only(await records(tx, [payment_id]), "payment", payment_id)


async def _paid_by(tx: Tx, recurring_gift_id: int, said: ManualPaymentBody) -> int | None:
    """The payment that the gift is already, if it is one and no other is named."""
    if said.gift_id is None:
        return None
    payment_id: int | None = await _queries.payment_of_gift(
        tx, gift_id=said.gift_id, recurring_gift_id=recurring_gift_id, payment_id=said.payment_id
    )
    return payment_id


async def _refuse_taken(tx: Tx, payment_id: int | None) -> None:
    if payment_id is None:
        return
    payment = found(await _queries.payment(tx, id=payment_id), "payment", payment_id)
    if payment["link_id"] is not None:
        raise PaymentTaken(f"A gift came for payment {payment_id}: name another, or none.")
    if payment["dismissed_on"] is not None:
        raise PaymentTaken(f"Payment {payment_id} was dismissed: expect it again before a gift comes for it.")


async def _pay(tx: Tx, row: Any, said: ManualPaymentBody, at: Moment) -> int:
    """The payment that a gift becomes, which is held with its schedule."""
    part = RecurringPaymentBody(id=row["id"], amount=said.amount)
    if said.payment_id is not None:
        part.payment_id = str(said.payment_id)
    if said.gift_id is None:
        gift = _gift_of(row, said, part)
        gift_id = (await enter.enter_gift(tx, gift, at.now, at.crm_url, parts_max=at.parts_max)).id
    else:
        gift_id = said.gift_id
        await _match(tx, gift_id, part, at)
        version = await _queries.touch(tx, id=row["id"], now=at.now)
        await LOG.announce(
            tx, "recurring_gift.updated", row["id"], at.now, key_id=row["contact_id"], version=version
        )
    payment_id: int = await _queries.payment_of_gift(
        tx, gift_id=gift_id, recurring_gift_id=row["id"], payment_id=said.payment_id
    )
    return payment_id


def _gift_of(row: Any, said: ManualPaymentBody, part: RecurringPaymentBody) -> GiftBody:
    return GiftBody(
        contact_id=row["contact_id"],
        amount=to_decimal(row["amount_minor"], row["currency"]) if said.amount is None else said.amount,
        currency_code=row["currency"],
        gift_date=said.gift_date,
        gift_type=said.gift_type,
        batch=said.batch,
        notes=said.notes,
        custom_fields=said.custom_fields,
        is_private=row["is_private"],
        recurring_gift_payments=[part],
    )


async def _match(tx: Tx, gift_id: int, part: RecurringPaymentBody, at: Moment) -> None:
    """Let a gift that is here be a payment."""
    gift = only(await gift_records(tx, [gift_id]), "gift", gift_id)
    said = GiftBody(contact_id=gift.contact_id, amount=gift.amount, recurring_gift_payments=[part])
    today = local_day(at.now, tx.organization.time_zone)
    await links.add_payment(tx, gift_id, said, gift.amount, gift.currency_code, today)


async def broken_in_payment(tx: Tx, recurring_gift_id: int, said: ManualPaymentBody) -> list[FieldError]:
    """References of a payment that name nothing."""
    errors = []
    if said.gift_id is not None and not await gift_records(tx, [said.gift_id]):
        errors.append(FieldError("giftId", "UNKNOWN", f"There is no gift {said.gift_id}."))
    if said.payment_id is not None:
        payment = await _queries.payment(tx, id=said.payment_id)
        if payment is None or payment["recurring_gift_id"] != recurring_gift_id:
            text = f"There is no payment {said.payment_id} of this recurring gift."
            errors.append(FieldError("paymentId", "UNKNOWN", text))
    return errors


async def dismiss_payment(
    tx: Tx, payment_id: int, at: Moment, *, dismissed: bool
) -> RecurringGiftPaymentView:
    """Say that an expected payment will not come, or that it may after all. `NotFound` without it, `AlreadySettled` when a gift came for it."""
    payment = found(await _queries.payment(tx, id=payment_id), "payment", payment_id)
    row = await _queries.locked(tx, id=payment["recurring_gift_id"])
    payment = found(await _queries.payment(tx, id=payment_id), "payment", payment_id)
    if payment["link_id"] is not None or not payment["is_expected"]:
        raise AlreadySettled(f"A gift came for payment {payment_id}: there is nothing to dismiss.")
    if (payment["dismissed_on"] is not None) is not dismissed:
        today = local_day(at.now, tx.organization.time_zone)
        await _queries.dismiss(tx, id=payment_id, day=today if dismissed else None)
        version = await _queries.touch(tx, id=row["id"], now=at.now)
        await LOG.announce(
            tx, "recurring_gift.updated", row["id"], at.now, key_id=row["contact_id"], version=version
        )
    return only(await records(tx, [payment_id]), "payment", payment_id)


async def look_ahead(tx: Tx, after: int, now: datetime) -> tuple[int | None, int]:
    """Make payments ahead for recurring gifts beyond the id `after` that may have none beyond the next, at most `AHEAD_AT_ONCE`.

    Answers the last that was looked at, None when none is left, and for how many payments were made. One for which none can be made is told in the
    log and passed over: it keeps no other from its payments.
    """
    today = local_day(now, tx.organization.time_zone)
    ids = await _queries.hold_ahead(tx, after=after, today=today, most=AHEAD_AT_ONCE)
    return (ids[-1], await _made_ahead(tx, ids, today)) if ids else (None, 0)


async def _made_ahead(tx: Tx, ids: Sequence[int], today: date) -> int:
    """Make payments for all of these, which are locked; where that fails, for each half of them."""
    await tx.conn.execute("SAVEPOINT ahead")
    try:
        made: int = await _queries.expect_payments(tx, ids=ids, today=today)
    except Exception as error:
        end_if_cancelled()
        if is_trouble(error):
            raise
        await tx.conn.execute("ROLLBACK TO SAVEPOINT ahead; RELEASE SAVEPOINT ahead")
        if len(ids) == 1:
            facts = {"organization": tx.organization_id, "recurring_gift": ids[0], **error_facts(error)}
            _log.warning("payments_not_made_ahead", **facts)
            return 0
        half = len(ids) // 2
        return await _made_ahead(tx, ids[:half], today) + await _made_ahead(tx, ids[half:], today)
    await tx.conn.execute("RELEASE SAVEPOINT ahead")
    return made


async def payments_missing(tx: Tx, now: datetime) -> list[int]:
    """Recurring gifts, by id, that lack payments which should have been made ahead by `now`. Reads every recurring gift."""
    today = local_day(now, tx.organization.time_zone)
    return [row["id"] for row in await _queries.payments_missing(tx, today=today)]
