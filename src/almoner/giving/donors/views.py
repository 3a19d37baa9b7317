"""The wire shape of a donor (raise-api.md 3.1)."""

from __future__ import annotations

from almoner.giving.donors.rules import Donor
from almoner.giving.links import CrmUrlView, crm_key_urls
from almoner.kernel.wire import utc_text
from almoner.platform.wire import View, fill


class DonorAddressView(View):
    """A postal address of a donor."""

    id: int
    donor_id: int
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal: str | None
    country_string: str | None
    address_type_display: str
    is_primary: bool


class DonorMethodView(View):
    """An e-mail address or a phone number of a donor."""

    id: int
    donor_id: int
    type_display: str
    value: str
    is_primary: bool
    is_opted_in: bool
    is_email: bool
    is_phone: bool


class DonorView(View):
    """A donor, with `crmKey` and `crmKeyUrls` once linked.

    `seededCrmKey` (an extension) is a key that came with a gift or a change and that the sync has yet to find right.
    """

    id: int
    name: str
    title: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None
    email: str | None
    phone: str | None
    created_date: str
    modified_date: str
    notes: str | None
    is_organization: bool
    organization_name: str | None
    crm_key_urls: dict[str, CrmUrlView]
    crm_key: str | None
    seeded_crm_key: str | None
    crm_second_key: str | None
    is_test_mode: bool
    is_archived: bool
    is_gdpr_deleted: bool
    primary_address: DonorAddressView | None
    donor_addresses: list[DonorAddressView]
    donor_email_addresses: list[DonorMethodView]
    donor_phone_numbers: list[DonorMethodView]
    source_system: str | None
    source_key: str | None


def donor_view(donor: Donor, public_url: str) -> DonorView:
    """`donor` as the wire has it; links lead to the CRM under `public_url`."""
    address = _address(donor)
    linked = donor.crm_key if donor.crm_linked else None
    return fill(
        DonorView,
        donor,
        created_date=utc_text(donor.created_at),
        modified_date=utc_text(donor.modified_at),
        crm_key_urls=crm_key_urls(linked, public_url, "Contact"),
        crm_key=linked,
        seeded_crm_key=None if donor.crm_linked else donor.crm_key,
        is_gdpr_deleted=False,
        primary_address=address,
        donor_addresses=[] if address is None else [address],
        donor_email_addresses=_methods(donor, donor.email, is_email=True),
        donor_phone_numbers=_methods(donor, donor.phone, is_email=False),
    )


def _address(donor: Donor) -> DonorAddressView | None:
    if donor.address1 is None and donor.city is None and donor.postal is None:
        return None
    return fill(
        DonorAddressView,
        donor,
        donor_id=donor.id,
        country_string=donor.country,
        address_type_display="Home",
        is_primary=True,
    )


def _methods(donor: Donor, value: str | None, *, is_email: bool) -> list[DonorMethodView]:
    if value is None:
        return []
    return [
        DonorMethodView(
            id=donor.id,
            donor_id=donor.id,
            type_display="Email" if is_email else "Phone",
            value=value,
            is_primary=True,
            is_opted_in=True,
            is_email=is_email,
            is_phone=not is_email,
        )
    ]
