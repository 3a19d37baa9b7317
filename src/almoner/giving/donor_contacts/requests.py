"""What comes in about how a donor is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from almoner.giving.donor_contacts.rules import KINDS
from almoner.platform.wire import Body, one_of

Line = Annotated[str, Meta(max_length=150)]


class DonorAddressBody(Body):
    """A postal address. What is left out is empty; one of its lines is needed. `country` is taken for `countryString`."""

    also_called: ClassVar[Mapping[str, str]] = {"country": "countryString"}

    address1: Line | None = None
    """The first line."""
    address2: Line | None = None
    """The second line."""
    city: Line | None = None
    """The city."""
    state: Line | None = None
    """The state or province."""
    postal: Annotated[str, Meta(max_length=20)] | None = None
    """The postal code."""
    country_string: Line | None = None
    """The country."""
    address_type_display: Annotated[str, Meta(max_length=50)] | None = None
    """What kind of address it is; `Home` when nothing is said."""
    is_primary: bool = False
    """Whether it is the address to write to from now on. The first one is, and the primary one stays so until another is."""


class DonorMethodChangeBody(Body):
    """What an e-mail address or phone number is from now on."""

    value: Line
    """The e-mail address or phone number. No other donor may have that mailbox."""
    type_display: Annotated[str, Meta(max_length=50)] | None = None
    """What kind it is: `Home Email`, `Mobile Phone`; `Email` or `Phone` when nothing is said."""
    secondary_value: Annotated[str, Meta(max_length=50)] | None = None
    """What belongs to it: an extension number."""
    country_code: Annotated[str, Meta(max_length=3)] | None = None
    """The country of a phone number."""
    is_primary: bool = False
    """Whether it is the first of its kind to use from now on. The first one is, and the primary one stays so until another is."""
    is_opted_in: bool = True
    """Whether the donor agreed to be reached by it."""
    is_valid: bool = True
    """Whether it is one that works, as far as is known."""
    is_bounced: bool = False
    """Whether a message to it came back."""


class DonorMethodBody(DonorMethodChangeBody, kw_only=True):
    """An e-mail address or phone number to add."""

    kind: Annotated[str, one_of(KINDS)]
    """Whether it is an e-mail address or a phone number."""
