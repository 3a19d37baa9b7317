"""How a donor becomes a contact and a gift becomes a gift (raise-api.md 5, crm-api.md 10). Pure."""

from __future__ import annotations

from almoner.crm.contract import IncomingContact, IncomingDesignation, IncomingGift, Person
from almoner.giving.contract import Donor, GiftFacts
from almoner.kernel.text import fold
from almoner.platform.wire import fill

SOURCE = "RaiseDonors"
"""Reference source of contacts and transaction source of gifts that come from giving (raise-api.md 5.2)."""


def contact_of(donor: Donor) -> IncomingContact:
    """The contact a donor asks for: a household, or an organization. Its reference is the donor's id."""
    return fill(
        IncomingContact,
        donor,
        source=SOURCE,
        reference_id=str(donor.id),
        seeded_key=donor.crm_key,
        contact_type="Organization" if donor.is_organization else "Household",
        name=donor.name or None,
        person=fill(Person, donor, prefix=donor.title),
        email_key=fold(donor.email) if donor.email else None,
    )


def gift_of(gift: GiftFacts, *, contact_id: int | None, contact_index: int | None) -> IncomingGift:
    """The CRM gift of a giving gift. `origin` carries the campaign that produced it (seed page, What flows where)."""
    return IncomingGift(
        contact_id=contact_id,
        contact_index=contact_index,
        gift_type=gift.payment_type,
        gift_on=gift.gift_on,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        designations=tuple(
            IncomingDesignation(code=code, minor=minor)
            for code, minor in zip(gift.codes, gift.project_minor, strict=True)
        ),
        transaction_source=SOURCE,
        transaction_id=str(gift.id),
        segment_code=gift.segment_code,
        notes=gift.notes,
        is_private=gift.is_anonymous,
        origin={
            "raiseGiftId": gift.id,
            "campaignId": gift.campaign_id,
            "campaignName": gift.campaign_name,
            "segmentCode": gift.segment_code,
        },
    )
