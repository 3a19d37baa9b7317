"""Give: check, take the payment, store."""

from __future__ import annotations

from almoner.giving.gifts.rules import Gift
from almoner.giving.gifts.service import read_gift
from almoner.giving.give.rules import NewGift, Written, check_give
from almoner.giving.give.schemas import GiveRequest
from almoner.giving.give.writer import GiveWriter
from almoner.giving.payments.rules import Charge, ChargeRequest, Gateway
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import Conflict, Invalid
from almoner.platform.database import Database
from almoner.platform.organisations.service import OrganisationDirectory


class GiveDesk:
    """Takes gifts: the one way a gift comes into being."""

    def __init__(
        self,
        db: Database,
        writer: GiveWriter,
        gateway: Gateway,
        organisations: OrganisationDirectory,
        clock: Clock,
        *,
        projects_max: int,
    ) -> None:
        self._db = db
        self._writer = writer
        self._gateway = gateway
        self._organisations = organisations
        self._clock = clock
        self._projects_max = projects_max

    async def give(
        self, organization_id: int, request: GiveRequest, *, key: str | None, fingerprint: bytes
    ) -> Gift:
        """Take the payment and store the gift; returns after the commit.

        `key` is the Idempotency-Key and `fingerprint` the request's bytes: the same pair again answers with the first
        gift, the key with other bytes raises `Conflict`. Raises `Invalid` (every broken field), `PaymentDeclined`, and
        `Unavailable` when the outcome is unknown. A payment whose gift was refused is given back.
        """
        organisation = await self._organisations.get(organization_id)
        gift = check_give(
            request,
            base_currency=organisation.currency,
            today=local_day(self._clock.now(), organisation.time_zone),
            projects_max=self._projects_max,
            idempotency_key=key,
            fingerprint=fingerprint,
        )
        charge = await self._gateway.charge(_charge_request(gift, request))
        try:
            written = await self._writer.write(organization_id, gift.record(charge))
        except (Invalid, Conflict):
            await self._gateway.cancel(charge)
            raise
        if written.is_replay:
            async with self._db.tenant(organization_id) as tx:
                return await read_gift(tx, written.gift_id)
        return _stored(gift, charge, written)


def _charge_request(gift: NewGift, request: GiveRequest) -> ChargeRequest:
    key = gift.idempotency_key
    if key is None and gift.source_key is not None:
        key = f"{gift.source_system}/{gift.source_key}"
    return ChargeRequest(gift.amount_minor, gift.currency, request.payment_method_id, key)


def _stored(gift: NewGift, charge: Charge, written: Written) -> Gift:
    """The stored gift as `read_gift` would give it, without asking the database again."""
    return Gift(
        id=written.gift_id,
        donor_id=written.donor_id,
        campaign_id=gift.campaign_id,
        campaign_name=written.campaign_name,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        project_ids=written.project_ids,
        project_minor=written.project_minor,
        project_names=written.project_names,
        status=1,
        gift_on=gift.gift_on,
        received_at=written.received_at,
        modified_at=written.received_at,
        is_test_mode=gift.is_test_mode,
        is_anonymous=gift.is_anonymous,
        payment_type=gift.payment_type,
        payment_info=charge.payment_info,
        gateway=charge.gateway,
        transaction_id=charge.transaction_id,
        authorization_number=charge.authorization_number,
        segment_code=gift.segment_code,
        motivation_code=gift.motivation_code,
        notes=gift.notes,
        comment=gift.comment,
        source_system=gift.source_system,
        source_key=gift.source_key,
    )
