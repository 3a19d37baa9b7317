"""A donor as it is stored."""

from __future__ import annotations

from datetime import datetime

import msgspec

from almoner.kernel.text import full_name


class Donor(msgspec.Struct, frozen=True, kw_only=True):
    """Who gives. `crm_key` is the linked CRM contact's id, or a seeded one, or None."""

    id: int
    email: str | None
    source_system: str | None
    source_key: str | None
    title: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None
    is_organization: bool
    organization_name: str | None
    phone: str | None
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal: str | None
    country: str | None
    notes: str | None
    crm_key: str | None
    crm_second_key: str | None
    is_test_mode: bool
    is_archived: bool
    created_at: datetime
    modified_at: datetime

    @property
    def name(self) -> str:
        """`First Last`, or the organization's name, or the e-mail address when nothing else is known."""
        if self.is_organization and self.organization_name:
            return self.organization_name
        return full_name(self.first_name, self.last_name) or self.email or ""
