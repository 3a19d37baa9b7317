"""What comes in about donors (raise-api.md 3.1)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body

Name = Annotated[str, Meta(max_length=75)]
Line = Annotated[str, Meta(max_length=150)]


class DonorPatchBody(Body):
    """What changes of a donor. What is absent, null or blank stays (raise-api.md 3.1); a blank `crmKey` alone is taken back.

    `crmKey` and the address are extensions.
    """

    title: Name | None = None
    first_name: Name | None = None
    middle_name: Name | None = None
    last_name: Name | None = None
    suffix: Name | None = None
    email: Line | None = None
    phone: Annotated[str, Meta(max_length=50)] | None = None
    notes: Annotated[str, Meta(max_length=4000)] | None = None
    is_organization: bool | None = None
    organization_name: Line | None = None
    address1: Line | None = None
    address2: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal: Annotated[str, Meta(max_length=20)] | None = None
    country: Line | None = None
    crm_key: Annotated[str, Meta(max_length=255)] | None = None
    crm_keys: dict[str, str] | None = None
