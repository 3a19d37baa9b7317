"""The wire shape of a donor (raise-api.md 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from almoner.giving.donor_contacts.views import (
    DonorAddressView,
    DonorMethodView,
    address_view,
    method_view,
)
from almoner.giving.donors.rules import Donor
from almoner.giving.links import CrmUrlView, crm_key_urls
from almoner.kernel.wire import day_text, utc_text
from almoner.platform.custom_fields.views import CustomFieldValueView, told_list
from almoner.platform.telling import remains, tell_each
from almoner.platform.wire import Instant, View, fill


class DonorView(View):
    """A donor, with `crmKey` and `crmKeyUrls` once linked.

    `seededCrmKey` (an extension) is a key that came with a gift or a change and that the sync has yet to find right.
    """

    id: int
    """The id of the donor; it never changes."""
    name: str
    """The name to show."""
    title: str | None
    """The title before the name."""
    first_name: str | None
    """The first name."""
    middle_name: str | None
    """The middle name."""
    last_name: str | None
    """The last name."""
    suffix: str | None
    """What follows the name."""
    email: str | None
    """The e-mail address by which the donor is found again."""
    phone: str | None
    """The phone number."""
    created_date: Instant
    """When the donor first gave."""
    modified_date: Instant
    """When the donor last changed."""
    notes: str | None
    """What is noted about the donor."""
    is_organization: bool
    """Whether the donor is an organization."""
    organization_name: str | None
    """The name of that organization."""
    crm_key_urls: dict[str, CrmUrlView]
    """Where the donor is in each CRM, by integration; empty while there is no link."""
    crm_key: str | None
    """The id of the donor's contact in the CRM; null while there is no link."""
    seeded_crm_key: str | None
    """An extension: a key that came with a gift or a change and that the sync has yet to find right."""
    crm_second_key: str | None
    """A second key that a partner set; else the key in the first other system that `crmKeys` named."""
    is_test_mode: bool
    """Whether the donor gave in test mode only."""
    is_archived: bool
    """Whether the donor is hidden from normal views."""
    is_gdpr_deleted: bool = msgspec.field(name="isGDPRDeleted")
    """Whether the donor's personal data were erased."""
    primary_address: DonorAddressView | None
    """The address to write to; null when none is known."""
    donor_addresses: list[DonorAddressView]
    """All addresses."""
    donor_email_addresses: list[DonorMethodView]
    """All e-mail addresses."""
    donor_phone_numbers: list[DonorMethodView]
    """All phone numbers."""
    merged_donor_id: int | None
    """An extension: the donor who was asked for, when that one was merged into this one."""
    source_system: str | None
    """An extension: the system that the donor was brought over from."""
    source_key: str | None
    """An extension: the key that the donor has there."""
    custom_fields: list[CustomFieldValueView]
    """An extension: what the donor has in the organization's own fields."""
    metadata: list[str] | None = None
    """The columns that a query selected, as text, in their order; null elsewhere."""


def donor_view(donor: Donor, public_url: str, merged_donor_id: int | None = None) -> DonorView:
    """`donor` as the wire has it; links lead to the CRM under `public_url`. `merged_donor_id`: who was asked for, and is this one now."""
    addresses = [address_view(row) for row in donor.addresses]
    methods = [method_view(row) for row in donor.methods]
    linked = donor.crm_key if donor.crm_linked else None
    return fill(
        DonorView,
        donor,
        created_date=utc_text(donor.created_at),
        modified_date=utc_text(donor.modified_at),
        crm_key_urls=crm_key_urls(linked, public_url, "Contact", others=donor.crm_keys),
        crm_key=linked,
        seeded_crm_key=None if donor.crm_linked else donor.crm_key,
        crm_second_key=donor.second_key,
        is_gdpr_deleted=donor.erased_at is not None,
        merged_donor_id=merged_donor_id,
        custom_fields=told_list(donor.told_custom_values, day_text),
        primary_address=next((one for one in addresses if one.is_primary), None),
        donor_addresses=addresses,
        donor_email_addresses=[one for one in methods if one.is_email],
        donor_phone_numbers=[one for one in methods if one.is_phone],
    )


def tell_donors(
    donors: Sequence[Donor], public_url: str, merged_donor_id: int | None = None
) -> list[DonorView]:
    """Donors as the wire has them; of a broken one what can be told. `merged_donor_id` as in `donor_view`."""
    return tell_each(
        "giving.donor",
        donors,
        partial(donor_view, public_url=public_url, merged_donor_id=merged_donor_id),
        partial(remains, DonorView),
        lambda donor: donor.id,
    )
