"""The wire shapes of how a donor is reached (raise-api.md 3.1)."""

from __future__ import annotations

from typing import Any

from almoner.platform.wire import View, fill


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
    secondary_value: str | None
    """What belongs to it: an extension number."""
    country_code: str | None
    """The country of a phone number."""
    is_primary: bool
    """Whether it is the first of its kind to use."""
    is_opted_in: bool
    """Whether the donor agreed to be reached by it."""
    is_valid: bool
    """Whether it is one that works, as far as is known."""
    is_bounced: bool
    """Whether a message to it came back."""
    is_email: bool
    """Whether it is an e-mail address."""
    is_phone: bool
    """Whether it is a phone number."""


def address_view(row: Any) -> DonorAddressView:
    """A row of an address as the wire has it."""
    return fill(DonorAddressView, row, country_string=row["country"], address_type_display=row["type"])


def method_view(row: Any) -> DonorMethodView:
    """A row of a contact method as the wire has it."""
    is_email = row["kind"] == "email"
    return fill(DonorMethodView, row, type_display=row["type"], is_email=is_email, is_phone=not is_email)
