"""The wire shape of a donor (raise-api.md 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from almoner.giving.donors.rules import Donor
from almoner.giving.links import CrmUrlView, crm_key_urls
from almoner.kernel.wire import utc_text
from almoner.platform.telling import remains, tell_each
from almoner.platform.wire import Instant, View, fill


class DonorAddressView(View):
    """A postal address of a donor."""

    id: int
    """The id of the address."""
    donor_id: int
    """The donor whose address it is."""
    address1: str | None
    """The first line."""
    address2: str | None
    """The second line."""
    city: str | None
    """The city."""
    state: str | None
    """The state or province."""
    postal: str | None
    """The postal code."""
    country_string: str | None
    """The country."""
    address_type_display: str
    """What kind of address it is."""
    is_primary: bool
    """Whether it is the address to write to."""


class DonorMethodView(View):
    """An e-mail address or a phone number of a donor."""

    id: int
    """The id of the method."""
    donor_id: int
    """The donor who is reached by it."""
    type_display: str
    """What kind it is."""
    value: str
    """The e-mail address or phone number."""
    is_primary: bool
    """Whether it is the first of its kind to use."""
    is_opted_in: bool
    """Whether the donor agreed to be reached by it."""
    is_email: bool
    """Whether it is an e-mail address."""
    is_phone: bool
    """Whether it is a phone number."""


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
    """The id of a second person's contact; not kept yet."""
    is_test_mode: bool
    """Whether the donor gave in test mode only."""
    is_archived: bool
    """Whether the donor is hidden from normal views."""
    is_gdpr_deleted: bool
    """Whether personal data was erased; not kept yet."""
    primary_address: DonorAddressView | None
    """The address to write to; null when none is known."""
    donor_addresses: list[DonorAddressView]
    """All addresses."""
    donor_email_addresses: list[DonorMethodView]
    """All e-mail addresses."""
    donor_phone_numbers: list[DonorMethodView]
    """All phone numbers."""
    source_system: str | None
    """An extension: the system that the donor was brought over from."""
    source_key: str | None
    """An extension: the key that the donor has there."""
    metadata: list[str] | None = None
    """The columns that a query selected, as text, in their order; null elsewhere."""


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


def tell_donors(donors: Sequence[Donor], public_url: str) -> list[DonorView]:
    """Donors as the wire has them; of a broken one what can be told."""
    return tell_each(
        "giving.donor",
        donors,
        partial(donor_view, public_url=public_url),
        partial(remains, DonorView),
        lambda donor: donor.id,
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
