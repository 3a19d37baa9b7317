"""Who somebody is and how they are reached, as any body about a donor says it (raise-api.md 3.1, 3.4)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body

Name = Annotated[str, Meta(max_length=75)]
Line = Annotated[str, Meta(max_length=150)]


class PersonBody(Body):
    """A person, or an organization and who acts for it, and how they are reached."""

    title: Name | None = None
    """The title before the name."""
    first_name: Name | None = None
    """The first name."""
    middle_name: Name | None = None
    """The middle name."""
    last_name: Name | None = None
    """The last name."""
    suffix: Name | None = None
    """What follows the name."""
    organization_name: Line | None = None
    """The name of the organization, for one."""
    phone: Annotated[str, Meta(max_length=50)] | None = None
    """The phone number."""
    address1: Line | None = None
    """The first line of the address."""
    address2: Line | None = None
    """The second line."""
    city: Line | None = None
    """The city."""
    state: Line | None = None
    """The state or province."""
    postal: Annotated[str, Meta(max_length=20)] | None = None
    """The postal code."""
    country: Line | None = None
    """The country."""
