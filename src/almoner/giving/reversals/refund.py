"""Refund a gift: store what is asked for, ask the gateway once, and keep what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from almoner.giving.gifts.service import hold_donors_of, read_gift
from almoner.giving.gifts.views import GiftView
from almoner.giving.payments.errors import RefundRefused
from almoner.giving.payments.gateways import Gateways
from almoner.giving.payments.rules import Gateway, Refund, RefundRequest, may_be_another
from almoner.giving.reversals import errors, service
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.rules import Kind, State, refundable
from almoner.giving.reversals.words import hear
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import Conflict, FieldError, found, refused_by
from almoner.kernel.text import clean
from almoner.platform.database import Tenants, Tx, load_queries
from almoner.platform.logger import Logger, error_facts

_queries = load_queries(__file__)
_log = Logger(__name__)

LOOKS_MAX = 3
"""How often a gateway answers that it knows nothing of a refund before it did not go: after the stated interval, and 4 and 16 times that."""


@dataclass(frozen=True, slots=True)
class Refunded:
    """A gift after a refund, and whether an earlier request had refunded it."""

    gift: GiftView
    is_replay: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A refund that is stored: its id, and what the gateway is asked for; None when an earlier request asked it."""

    reversal_id: int
    request: RefundRequest | None
    gateway: Gateway
    is_over: bool = False


class RefundDesk:
    """Gives money back: the one way a refund is asked for here. A gateway is asked once for each, whatever happens."""

    def __init__(
        self,
        db: Tenants,
        gateways: Gateways,
        clock: Clock,
        *,
        timeout_seconds: float = 30.0,
        settle_seconds: float = 120.0,
    ) -> None:
        """`gateways` are those that payments went through; one is waited for `timeout_seconds`, and looked at `settle_seconds` after it did not answer."""
        self._db = db
        self._gateways = gateways
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._settle_seconds = settle_seconds

    async def refund(
        self,
        organization_id: int,
        gift_id: int,
        body: RefundBody,
        *,
        by: str,
        key: str | None = None,
        fingerprint: bytes = b"",
    ) -> Refunded:
        """Refund a gift, or a part of it; returns after the commit. `by` is kept as who asked for it.

        `key` is the Idempotency-Key and `fingerprint` the request's bytes: the same pair again refunds nothing more. Raises `NotFound`,
        `Invalid` (every broken field, with what is left), `Conflict` (a dispute is open; another refund's key), `RefundRefused`, and
        `RefundUnconfirmed` (nobody knows yet: it is looked for, and its amount reserved).
        """
        mark = sha256(f"{gift_id}\n".encode() + fingerprint).digest() if key is not None else None
        gateway = await self._gateway_of(organization_id, gift_id)
        async with self._db.tenant(organization_id) as tx:
            asked = await self._ask(tx, gift_id, body, by, key, mark, gateway)
        if asked.request is not None:
            unknown = errors.UNCONFIRMED if key is not None else errors.KEYLESS.format(gift_id)
            await self._go(organization_id, asked, unknown)
        elif not asked.is_over and not await self._look(organization_id, asked.reversal_id):
            raise errors.RefundUnconfirmed(errors.UNCONFIRMED)
        async with self._db.tenant(organization_id) as tx:
            return Refunded(await read_gift(tx, gift_id), asked.request is None)

    async def broken(self, tx: Tx, gift_id: int, body: RefundBody) -> list[FieldError]:
        """Every field of `body` that `refund` refuses; null stands for what could not be read. `NotFound` as there."""
        gift = found(await _queries.to_refund(tx, gift_id=gift_id), "gift", gift_id)
        left = await _queries.left_of(tx, gift_id=gift_id)
        step = self._gateways.step(gift["gateway"], gift["currency"])
        return list(refused_by(refundable, body.amount, body.projects, gift["currency"], left, step))

    async def settle(self, organization_id: int, reversal_id: int) -> bool:
        """Look at the gateway for a refund that is due, and keep what it says; False when it is not due any more. Harmless to repeat."""
        async with self._db.tenant(organization_id) as tx:
            due = await _queries.claim(tx, id=reversal_id, lease_seconds=self._settle_seconds)
        if due is None:
            return False
        gateway = await self._gateways.named(organization_id, due["gateway"], due["account"])
        if gateway is None:
            await self._say_gone(organization_id, reversal_id, errors.GATEWAY_GONE.format(due["gateway"]))
            return True
        found_ = await self._found(organization_id, due)
        if not found_ and may_be_another(gateway.account_name, due["account"]):
            await self._say_gone(organization_id, reversal_id, errors.GATEWAY_UNSURE.format(due["gateway"]))
            return True
        async with self._db.tenant(organization_id) as tx:
            await self._keep_found(tx, reversal_id, found_, due["looks"] + 1)
        return True

    async def _gateway_of(self, organization_id: int, gift_id: int) -> Gateway | None:
        """The gateway that took a gift's payment. It may read the account: who holds a connection must not wait for a second one."""
        async with self._db.tenant(organization_id) as tx:
            gift = found(await _queries.to_refund(tx, gift_id=gift_id), "gift", gift_id)
        return await self._gateways.named(organization_id, gift["gateway"], gift["account"])

    async def _ask(
        self,
        tx: Tx,
        gift_id: int,
        body: RefundBody,
        by: str,
        key: str | None,
        mark: bytes | None,
        gateway: Gateway | None,
    ) -> _Asked:
        await hold_donors_of(tx, [gift_id])
        gift = found(await _queries.to_refund(tx, gift_id=gift_id), "gift", gift_id)
        if gateway is None or gateway.name != gift["gateway"]:
            raise Conflict(errors.NO_GATEWAY.format(gift_id, gift["gateway"]))
        if key is not None and (known := await _queries.under_key(tx, key=key)) is not None:
            if known["fingerprint"] != mark:
                raise errors.RefundKeyReused(errors.KEY_REUSED)
            is_over = known["state"] != State.ASKED or known["transaction_id"] is not None
            return _Asked(known["id"], None, gateway, is_over)
        if await _queries.has_open_dispute(tx, gift_id=gift_id):
            raise Conflict(errors.DISPUTED.format(gift_id))
        left = await _queries.left_of(tx, gift_id=gift_id)
        step = self._gateways.step(gift["gateway"], gift["currency"])
        parts = refundable(body.amount, body.projects, gift["currency"], left, step)
        request = RefundRequest(gift["transaction_id"], sum(parts.values()), gift["currency"], str(uuid4()))
        row = {
            "gift_id": gift_id,
            "kind": Kind.REFUND,
            "state": State.ASKED,
            "amount_minor": request.amount_minor,
            "project_ids": list(parts),
            "project_minor": list(parts.values()),
            "gateway_key": request.key,
            "reason": clean(body.reason),
            "requested_by": by,
            "idempotency_key": key,
            "fingerprint": None if mark is None else f"\\x{mark.hex()}",
            "look_at": await _queries.in_seconds(tx, seconds=self._settle_seconds),
            "version": 0,
        }
        return _Asked(await service.write(tx, row, self._clock.now()), request, gateway)

    async def _go(self, organization_id: int, asked: _Asked, unknown: str) -> None:
        """Ask the gateway; what it does not answer in time the sweeper finds out, and is told as `unknown`."""
        assert asked.request is not None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                refund = await asked.gateway.refund(asked.request)
        except RefundRefused as error:
            async with self._db.tenant(organization_id) as tx:
                await self._conclude(tx, asked.reversal_id, State.FAILED, detail=error.message)
            raise
        except Exception as error:
            facts = {"organization": organization_id, "reversal": asked.reversal_id}
            _log.warning("refund_unconfirmed", **facts, **error_facts(error))
            raise errors.RefundUnconfirmed(unknown) from error
        async with self._db.tenant(organization_id) as tx:
            await self._keep(tx, asked.reversal_id, refund)

    async def _look(self, organization_id: int, reversal_id: int) -> bool:
        """Whether the gateway knows by now of a refund that an earlier request asked for."""
        async with self._db.tenant(organization_id) as tx:
            row = await _queries.to_look_for(tx, id=reversal_id)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                refunds = await self._found(organization_id, row)
        except Exception as error:  # noqa: BLE001 - the refund is stored: whatever failed, the sweeper comes to it
            facts = {"organization": organization_id, "reversal": reversal_id}
            _log.warning("refund_unconfirmed", **facts, **error_facts(error))
            return False
        if not refunds:
            return False
        async with self._db.tenant(organization_id) as tx:
            await self._keep(tx, reversal_id, _first(refunds))
        return True

    async def _say_gone(self, organization_id: int, reversal_id: int, text: str) -> None:
        """Nobody can ask the gateway any more: the refund says so, once."""
        async with self._db.tenant(organization_id) as tx:
            row = await _queries.raw(tx, id=reversal_id)
            if row["detail"] != text:
                _log.warning("refund_without_gateway", organization=organization_id, reversal=reversal_id)
                await self._conclude(tx, reversal_id, State.ASKED, detail=text, looks=row["looks"])

    async def _found(self, organization_id: int, row: Any) -> Sequence[Refund]:
        """What the gateway of a stored refund knows of it."""
        gateway = await self._gateways.named(organization_id, row["gateway"], row["account"])
        if gateway is None:
            raise LookupError(f"no gateway {row['gateway']}")
        return await gateway.find_refunds(str(row["gateway_key"]), row["payment_id"])

    async def _keep_found(self, tx: Tx, reversal_id: int, refunds: Sequence[Refund], looks: int) -> None:
        if refunds:
            await self._keep(tx, reversal_id, _first(refunds), looks=looks)
            return
        row = await _queries.raw(tx, id=reversal_id)
        if looks >= LOOKS_MAX and row["transaction_id"] is None:
            await self._conclude(tx, reversal_id, State.FAILED, detail=errors.NOT_FOUND)
        else:
            await self._conclude(tx, reversal_id, State.ASKED, looks=looks)

    async def _keep(self, tx: Tx, reversal_id: int, refund: Refund, looks: int = 0) -> None:
        state = State.ASKED if refund.state == "pending" else State(refund.state)
        await self._conclude(tx, reversal_id, state, refund.transaction_id, refund.detail, looks=looks)
        await hear(tx, refund.foretold, self._clock.now())

    async def _conclude(
        self,
        tx: Tx,
        reversal_id: int,
        state: State,
        transaction_id: str | None = None,
        detail: str | None = None,
        *,
        looks: int = 0,
    ) -> None:
        """What became of a refund that is asked for; one of which the processor's own word came first stays as that says."""
        row = await _queries.raw(tx, id=reversal_id)
        await hold_donors_of(tx, [row["gift_id"]])
        row = await _queries.raw(tx, id=reversal_id)
        if row["state"] != State.ASKED:
            return
        seconds = self._settle_seconds * 4 ** min(looks, 4)
        now = self._clock.now()
        new: dict[str, Any] = {name: row[name] for name in service.COLUMNS}
        new |= {
            "state": state,
            "transaction_id": transaction_id or row["transaction_id"],
            "detail": detail,
            "looks": max(looks, row["looks"]),
            "look_at": await _queries.in_seconds(tx, seconds=seconds) if state is State.ASKED else None,
            "version": int(state is State.DONE),
            "on_day": _day(tx, now) if state is State.DONE else None,
        }
        await service.write(tx, new, now)


def _first(refunds: Sequence[Refund]) -> Refund:
    """Of several under one key the one that went, else the one that is on its way."""
    return min(refunds, key=lambda one: ("done", "pending", "failed").index(one.state))


def _day(tx: Tx, now: datetime) -> Any:
    return local_day(now, tx.organization.time_zone)
