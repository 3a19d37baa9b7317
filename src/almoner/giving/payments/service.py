"""Intents to take payments: read them, and settle those that no gift came of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Looked, PaymentTotal, State, may_be_another
from almoner.giving.payments.views import PaymentView, payment_view
from almoner.kernel.choices import one_of
from almoner.kernel.errors import only
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tenants, Tx, load_queries, read_page
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

SORTS = {"id": "id", "amount": "amount_minor", "createddate": "created_at", "status": "state"}
"""`SortBy` names of the payment list and the columns behind them."""

LOOKS_MAX = 4
"""How often a gateway is looked at for a payment that may still turn up: after the stated interval, and 4, 16 and 64 times that."""


async def records(tx: Tx, ids: Sequence[int]) -> list[PaymentView]:
    """Payments in the order of `ids`; unknown ids are left out. The one read of payments."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("giving.payment_intent", rows, ids, payment_view, PaymentView)


async def read_payment(tx: Tx, payment_id: int) -> PaymentView:
    """One payment; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [payment_id]), "payment", payment_id)


async def list_payments(tx: Tx, paging: Paging, state: str | None = None) -> Page[PaymentView]:
    """A page of payments, of those in `state` when it is named, and how many there are."""
    if (chosen := one_of("state", state, State)) is not None:
        return await read_page(tx, _queries.chosen_in, paging, records, states=[chosen])
    return await read_page(tx, _queries.chosen, paging, records)


async def totals(tx: Tx) -> list[PaymentTotal]:
    """Payments by state and currency. Reads every payment."""
    return [
        PaymentTotal(**{**row, "amount_minor": int(row["amount_minor"])}) for row in await _queries.totals(tx)
    ]


async def overdue(tx: Tx, before: datetime, asked_before: datetime) -> tuple[int, datetime | None, list[int]]:
    """How many payments have no gift and are not settled, since when, and the ids of the five oldest (UTC).

    Those whose gateway should have been looked at `before` then, and those that were asked for before `asked_before`, however often it was.
    """
    row = await _queries.overdue(tx, before=before, asked_before=asked_before)
    return row["payments"], row["oldest"], row["oldest_ids"] or []


async def stranded(tx: Tx, reached: Mapping[str, str | None]) -> list[Any]:
    """Payments that are not settled, and whose gateway or account is none of those that can be `reached` (gateways with their accounts): by both, how
    many, since when, and the ids of the five oldest. Nobody finds out what became of them.
    """
    named = {"gateways": list(reached), "accounts": list(reached.values())}
    return list(await _queries.stranded(tx, **named))


async def decline(db: Tenants, organization_id: int, payment_id: int, reason: str) -> None:
    """The gateway refused: nothing comes of this intent, and a repeat makes another."""
    async with db.tenant(organization_id) as tx:
        await _queries.decline(tx, id=payment_id, detail=reason)


async def give_up(
    db: Tenants, organization_id: int, payment_id: int, transaction_id: str, reason: str
) -> None:
    """The payment was taken and its gift refused: nothing can come of this intent but that it is given back."""
    async with db.tenant(organization_id) as tx:
        await _queries.give_up(tx, id=payment_id, transaction_id=transaction_id, detail=reason)


async def wait_for_donor(
    db: Tenants, organization_id: int, payment_id: int, transaction_id: str, seconds: float
) -> None:
    """The donor's bank asks the donor first: the payment is not called off for so long, and then it is."""
    async with db.tenant(organization_id) as tx:
        await _queries.wait_for_donor(tx, id=payment_id, transaction_id=transaction_id, seconds=seconds)


async def settle(
    db: Tenants,
    gateways: Gateways,
    organization_id: int,
    payment_id: int,
    *,
    settle_seconds: float,
    known: Sequence[str] = (),
) -> bool:
    """Look at the gateway for a payment that is due, and give back what no gift has; False when it is not due any more.

    It ends an intent that was still asked for: a gift of it that is being written now is refused. Harmless to repeat. Raises
    `LookupError` when its gateway is none of the organization's, or finds nothing and may be another account than the payment's, and what the
    gateway raises: it is due again after `settle_seconds`.
    `known`: payments that were taken under its key, whether the gateway finds them yet or not.
    """
    async with db.tenant(organization_id) as tx:
        row = await _queries.claim(tx, id=payment_id, lease_seconds=settle_seconds)
    if row is None:
        return False
    intent = Looked(**row)
    gateway = await gateways.named(organization_id, intent.gateway, intent.account)
    if gateway is None:
        raise LookupError(f"no gateway {intent.gateway}")
    found = await gateway.find(str(intent.gateway_key), intent.created_at)
    strays = intent.strays([*known, *found])
    if (
        not strays
        and intent.state == State.CANCELLING
        and may_be_another(gateway.account_name, intent.account)
    ):
        raise LookupError(f"this account of {intent.gateway} does not say whether it is {intent.account}")
    for transaction_id in strays:
        await gateway.cancel(transaction_id)
    async with db.tenant(organization_id) as tx:
        await _queries.looked(
            tx,
            id=payment_id,
            claimed_until=intent.claimed_until,
            given_back=strays,
            looks_max=LOOKS_MAX,
            settle_seconds=settle_seconds,
        )
    return True
