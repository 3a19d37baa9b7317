"""A donor as it is stored, and what may change of one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from almoner.giving.custom_fields.values import NO_FIELDS, Fields
from almoner.giving.donor_contacts.rules import email_key
from almoner.giving.links import INTEGRATION, contact_key
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, full_name


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
    other_integrations: Sequence[str] = ()
    other_keys: Sequence[str] = ()
    is_test_mode: bool
    is_archived: bool
    survivor_id: int | None = None
    """The donor whom this one was merged into."""
    was_merged: bool = False
    """Whether it is, or was once, merged into another."""
    erased_at: datetime | None = None
    """When the donor's personal data were erased (UTC)."""
    created_at: datetime
    modified_at: datetime
    addresses: Sequence[Any] = ()
    """Its addresses, the primary one first; empty where only facts were asked for."""
    methods: Sequence[Any] = ()
    """Its e-mail addresses and phone numbers, likewise."""
    custom_values: str = "{}"
    """What it has in the organization's own fields, by their ids, as JSON."""
    told_custom_values: str | None = None
    """The same as the wire tells it; None where only facts were asked for."""

    @property
    def crm_keys(self) -> dict[str, str]:
        """Keys in other systems than the CRM here, by integration, in the order of their names."""
        return dict(zip(self.other_integrations, self.other_keys, strict=True))

    @property
    def second_key(self) -> str | None:
        """The second key that a partner set; else the one in the first other system."""
        return self.crm_second_key or next(iter(self.crm_keys.values()), None)

    @property
    def name(self) -> str:
        """`First Last`, or the organization's name, or the e-mail address when nothing else is known."""
        if self.is_organization and self.organization_name:
            return self.organization_name
        return full_name(self.first_name, self.last_name) or self.email or ""

    @property
    def is_merged(self) -> bool:
        """Whether it stands for another donor, as whom it is to be known."""
        return self.survivor_id is not None and self.erased_at is None

    def is_linked_to(self, contact_id: int | None) -> bool:
        """Whether it is known to be this contact of the CRM."""
        return self.crm_linked and self.crm_key == str(contact_id)


INTEGRATION_MAX = 50
"""Letters of an integration's name."""
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


def changed(said: Mapping[str, Any], donor: Donor, fields: Fields = NO_FIELDS) -> dict[str, Any]:
    """The columns to write of a donor, of the fields `said`: null is left alone, and so are those of `fields`, the organization's own, that are
    not named. `Invalid` names every broken field.
    """
    errors: list[FieldError] = []
    own_fields = said.get("custom_fields")
    row = _cleaned(said)
    row = {name: value for name, value in row.items() if value is not None}
    keys = _keys_of(row.pop("crm_keys", {}), errors)
    own = keys.pop(INTEGRATION, None)
    _key(said["crm_key"] if said.get("crm_key") is not None else own, donor, row)
    _second_key(said.get("crm_second_key"), row)
    if keys:
        kept = _with_keys(donor.crm_keys, keys)
        row |= {"other_integrations": list(kept), "other_keys": list(kept.values())}
    if "email" in row:
        row["email_key"] = email_key(row["email"], "email", errors)
    if own_fields is not None:
        row["custom_values"] = fields.written(own_fields, errors, was=donor.custom_values, keeps=True)
    _judge_name(
        {"is_organization": donor.is_organization, "organization_name": donor.organization_name} | row, errors
    )
    if errors:
        raise Invalid("The donor is not valid.", fields=tuple(errors))
    return row


def replaced(said: Mapping[str, Any], donor: Donor, fields: Fields = NO_FIELDS) -> dict[str, Any]:
    """The columns to write of a donor that is from now on what is `said`: null clears, but for keys, which stay.

    `Invalid` names every broken field. Without e-mail address only a donor with a source key can be.
    """
    errors: list[FieldError] = []
    row = _cleaned(said)
    row["custom_values"] = fields.written(said.get("custom_fields"), errors, was=donor.custom_values)
    _key(row.pop("crm_key"), donor, row)
    del row["crm_second_key"]
    _second_key(said["crm_second_key"], row)
    row["email_key"] = None if row["email"] is None else email_key(row["email"], "email", errors)
    if row["email"] is None and donor.source_key is None:
        errors.append(FieldError("email", "REQUIRED", "A donor needs an e-mail address or a source key."))
    _judge_name(row, errors)
    if errors:
        raise Invalid("The donor is not valid.", fields=tuple(errors))
    return row


def _cleaned(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said in columns of its own, without blanks around."""
    return {
        name: clean(value) if isinstance(value, str) else value
        for name, value in said.items()
        if name != "custom_fields"
    }


def _key(key: str | None, donor: Donor, row: dict[str, Any]) -> None:
    """Write the key of a contact into `row`: one that is another is no link yet, and a blank one takes it back."""
    row.pop("crm_key", None)
    if key is not None:
        row["crm_key"] = contact_key(key) or None
        if row["crm_key"] != donor.crm_key:
            row["crm_linked"] = False


def _second_key(key: str | None, row: dict[str, Any]) -> None:
    """Write the second key into `row`: null leaves it as it is, and a blank takes it away."""
    if key is not None:
        row["crm_second_key"] = clean(key)


def _judge_name(row: Mapping[str, Any], errors: list[FieldError]) -> None:
    if row["is_organization"] and row["organization_name"] is None:
        message = "A donor that is an organization needs its name."
        errors.append(FieldError("organizationName", "REQUIRED", message))


def _keys_of(keys: Any, errors: list[FieldError]) -> dict[str, str]:
    """Keys by integration, of a map or of a list of pairs; the CRM here by whatever case its name is written in."""
    pairs = keys.items() if isinstance(keys, Mapping) else [_pair_of(one) for one in keys]
    found: dict[str, str] = {}
    for said, key in pairs:
        if said is None or key is None:  # it could not be read, which is told already
            continue
        name = INTEGRATION if said.strip().lower() == INTEGRATION.lower() else said.strip()
        if not name or len(name) > INTEGRATION_MAX:
            message = f"The name of an integration has 1 to {INTEGRATION_MAX} characters."
            errors.append(FieldError("crmKeys", "INVALID", message))
        elif found.get(name, key) != key:
            errors.append(FieldError("crmKeys", "INCONSISTENT", f"Two keys are given for {name[:40]}."))
        found[name] = key
    return found


def _pair_of(one: Any) -> tuple[str | None, str | None]:
    return (None, None) if one is None else (one.integration, one.crm_key)


def _with_keys(before: Mapping[str, str], keys: Mapping[str, str]) -> dict[str, str]:
    """The keys in other systems with these in place of theirs; a blank one is taken away."""
    since = {**before, **{name: key.strip() for name, key in keys.items()}}
    return {name: since[name] for name in sorted(since) if since[name]}
