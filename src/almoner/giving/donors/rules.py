"""A donor as it is stored, and what may change of one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from almoner.giving.links import INTEGRATION, contact_key
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, full_name
from almoner.platform.mailboxes import NotAMailbox, mailbox_key


class Donor(msgspec.Struct, frozen=True, kw_only=True):
    """Who gives. `crm_key` is the linked CRM contact's id when `crm_linked`; else a seeded one that the sync has not found right, or None."""

    id: int
    version: int
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
    crm_linked: bool
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

    def is_linked_to(self, contact_id: int | None) -> bool:
        """Whether it is known to be this contact of the CRM."""
        return self.crm_linked and self.crm_key == str(contact_id)


STAFF = "console"
"""By whom a change is that staff make in the console."""


class LinkChange(msgspec.Struct, frozen=True):
    """Another CRM key that somebody gave a donor (None: it was taken away), in place of one that was a link or was not.

    The same key again confirms the link.
    """

    changed_at: datetime
    crm_key: str | None
    crm_key_before: str | None
    was_linked: bool
    changed_by: str

    @property
    def confirms(self) -> bool:
        """Whether somebody looked at the link and left it as it was."""
        return self.crm_key is not None and self.crm_key == self.crm_key_before


def email_key(address: str, name: str, errors: list[FieldError]) -> str | None:
    """By what a donor with this address is found; None, and an error for the field `name`, when no mailbox can have it."""
    try:
        return mailbox_key(address)
    except NotAMailbox as error:
        errors.append(FieldError(name, "INVALID", f"This is not an e-mail address. {error}"))
        return None


def changed(said: Mapping[str, Any], donor: Donor) -> dict[str, Any]:
    """The columns to write of a donor, of the fields `said`: null is left alone. `Invalid` names every broken field."""
    errors: list[FieldError] = []
    row: dict[str, Any] = {
        name: clean(value) if isinstance(value, str) else value for name, value in said.items()
    }
    row = {name: value for name, value in row.items() if value is not None}
    keys = row.pop("crm_keys", {})
    key = said.get("crm_key") if said.get("crm_key") is not None else keys.get(INTEGRATION)
    if key is not None:
        row["crm_key"] = contact_key(key) or None
        if row["crm_key"] != donor.crm_key:
            row["crm_linked"] = False
    if strange := [name for name in keys if name != INTEGRATION]:
        errors.append(
            FieldError("crmKeys", "UNKNOWN", f"The one CRM here is {INTEGRATION}, not {strange[0][:40]}.")
        )
    if "email" in row:
        row["email_key"] = email_key(row["email"], "email", errors)
    whole = {"is_organization": donor.is_organization, "organization_name": donor.organization_name} | row
    if whole["is_organization"] and whole["organization_name"] is None:
        message = "A donor that is an organization needs its name."
        errors.append(FieldError("organizationName", "REQUIRED", message))
    if errors:
        raise Invalid("The donor is not valid.", fields=tuple(errors))
    return row
