"""Give: check, take the payment, store."""

from __future__ import annotations

from dataclasses import dataclass

from almoner.giving.gifts.service import read_gift
from almoner.giving.gifts.views import GiftView, gift_view
from almoner.giving.give.requests import GiveBody
from almoner.giving.give.rules import NewGift, Written, check_give
from almoner.giving.give.writer import GiveWriter, HomeWriter, Unconfirmed
from almoner.giving.payments.rules import Charge, ChargeRequest, Gateway
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import AlmonerError
from almoner.platform.database import Database


@dataclass(frozen=True, slots=True)
class Given:
    """A stored gift, and whether an earlier request had stored it."""

    gift: GiftView
    is_replay: bool


class GiveDesk:
    """Takes gifts: the one way a gift comes into being."""

    def __init__(
        self,
        db: Database,
        writer: GiveWriter | HomeWriter,
        gateway: Gateway,
        clock: Clock,
        *,
        projects_max: int,
    ) -> None:
        self._db = db
        self._writer = writer
        self._gateway = gateway
        self._clock = clock
        self._projects_max = projects_max

    async def give(
        self, organization_id: int, request: GiveBody, *, key: str | None, fingerprint: bytes
    ) -> Given:
        """Take the payment and store the gift; returns after the commit.

        `key` is the Idempotency-Key and `fingerprint` the request's bytes: the same pair again answers with the first
        gift, the key with other bytes raises `Conflict`. Raises `Invalid` (every broken field), `PaymentDeclined`,
        `Unavailable` (too many wait) and `Unconfirmed` (nobody knows yet). A payment that surely has no gift is given
        back.
        """
        organization = await self._db.organization(organization_id)
        gift = check_give(
            request,
            base_currency=organization.currency,
            today=local_day(self._clock.now(), organization.time_zone),
            projects_max=self._projects_max,
            idempotency_key=key,
            fingerprint=fingerprint,
        )
        charge = await self._gateway.charge(_charge_request(organization_id, gift, request))
        try:
            written = await self._writer.write(organization_id, gift.record(charge))
        except Unconfirmed:
            raise
        except AlmonerError:
            await self._gateway.cancel(charge)
            raise
        if written.is_replay:
            return Given(await self._first(organization_id, written.gift_id, charge), is_replay=True)
        return Given(_stored(gift, charge, written), is_replay=False)

    async def _first(self, organization_id: int, gift_id: int, charge: Charge) -> GiftView:
        """The gift that an earlier request made; a second payment, taken under another key, is given back."""
        async with self._db.tenant(organization_id) as tx:
            gift = await read_gift(tx, gift_id)
        if gift.transaction_id != charge.transaction_id:
            await self._gateway.cancel(charge)
        return gift


def _charge_request(organization_id: int, gift: NewGift, request: GiveBody) -> ChargeRequest:
    key = gift.idempotency_key
    if key is None and gift.source_key is not None:
        key = f"{gift.source_system}/{gift.source_key}"
    if key is not None:
        # Another body under a used key must not be handed the first body's charge: it would be given back with it.
        # And two organizations may choose the same key: each has its own charge.
        key = f"{organization_id}/{key}/{gift.fingerprint}"
    return ChargeRequest(gift.amount_minor, gift.currency, request.payment_method_id, gift.payment_type, key)


def _stored(gift: NewGift, charge: Charge, written: Written) -> GiftView:
    """The stored gift as `read_gift` would give it, without asking the database again."""
    return gift_view({**gift.row(charge), **written.row()})
