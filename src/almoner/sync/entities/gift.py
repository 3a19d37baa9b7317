"""A gift is a gift of the CRM (raise-api.md 5, crm-api.md 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from almoner.crm.contract import Honor, Key, Part, PutGift, Return
from almoner.giving import contract as giving
from almoner.giving.contract import GiftFacts, Unreadable
from almoner.kernel.money import to_decimal
from almoner.platform.database import Tx
from almoner.sync.entities.donor import SOURCE, giver_key
from almoner.sync.rules import Reason, Wanted, gift_hold


class GiftEntity:
    """Gifts go as their campaign's sync says."""

    name = "gift"
    page = "Gift"
    kinds = frozenset({giving.GIFT_CREATED, giving.GIFT_UPDATED})

    async def facts(self, tx: Tx, ids: Sequence[int]) -> dict[int, GiftFacts]:
        """Gifts as they are now, by id."""
        return await giving.gift_facts(tx, ids)

    async def unreadable(self, tx: Tx, ids: Sequence[int]) -> dict[int, Unreadable]:
        """What is left of gifts that cannot be read in full."""
        return await giving.unreadable_gifts(tx, ids)

    def donor_id(self, gift: GiftFacts) -> int:
        """Who gave it."""
        return gift.donor_id

    def made_at(self, gift: GiftFacts) -> datetime:
        """When it was given (UTC)."""
        return gift.received_at

    def hold(self, gift: GiftFacts, wanted: Wanted, integration: str) -> tuple[Reason, str | None] | None:
        """Why a gift, or a change of it, does not go; of one held with its campaign, the campaign's id."""
        reason = gift_hold(
            integration=integration,
            is_test_mode=gift.is_test_mode,
            can_sync=gift.can_sync,
            campaign_syncs=gift.campaign_syncs,
            is_there=wanted.done > 0,
        )
        if reason is None:
            return None
        return reason, str(gift.campaign_id) if reason is Reason.HELD_CAMPAIGN_PAUSED else None

    def change(self, gift: GiftFacts) -> PutGift:
        """The gift it asks for. `origin` carries the campaign and the form that produced it (seed page, What flows where)."""
        return PutGift(
            key=Key(SOURCE, str(gift.id)),
            version=gift.version,
            giver=giver_key(gift.donor_id),
            gift_type=gift.payment_type,
            gift_on=gift.gift_on,
            amount_minor=gift.amount_minor,
            currency=gift.currency,
            designations=tuple(
                Part(code=code, minor=minor)
                for code, minor in zip(gift.codes, gift.project_minor, strict=True)
            ),
            segment_code=gift.segment_code,
            notes=gift.notes,
            is_private=gift.is_anonymous,
            origin=_origin(gift),
            tribute=None if gift.tribute_type is None else _honor(gift.tribute_type, gift),
            premiums=() if gift.premium_code is None else (Return(code=gift.premium_code, quantity=1),),
        )

    def money(self, gift: GiftFacts) -> tuple[str, int]:
        """Its currency and amount."""
        return gift.currency, gift.amount_minor

    def awaited(self, _gift: GiftFacts) -> None:
        """It waits for no gift."""
        return


def _origin(gift: GiftFacts) -> dict[str, Any]:
    """Where a gift came from, as the CRM keeps it: what is not known of it is left out, but for campaign and segment code."""
    always = {
        "raiseGiftId": gift.id,
        "campaignId": gift.campaign_id,
        "campaignName": gift.campaign_name,
        "segmentCode": gift.segment_code,
    }
    more = {
        "segmentId": gift.segment_id,
        "segmentName": gift.segment_name,
        "formId": gift.form_id,
        "formName": gift.form_name,
        "motivationCode": gift.motivation_code,
        "premiumCode": gift.premium_code,
        "coveredCosts": None if gift.costs_minor is None else to_decimal(gift.costs_minor, gift.currency),
    }
    return {**always, **{name: value for name, value in more.items() if value is not None}}


def _honor(kind: str, gift: GiftFacts) -> Honor:
    words = (gift.tribute_name, gift.tribute_message)
    return Honor(type=kind, description=": ".join(word for word in words if word))


GIFT = GiftEntity()
