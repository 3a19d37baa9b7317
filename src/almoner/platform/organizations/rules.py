"""What an organization and a caller are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PREFIXES = {"raise": "rse", "crm": "crm"}
"""Start of a token of each product, so that people and secret scanners can tell them apart."""

USER_PREFIX = "usr_"
"""Start of the token of a user who signed in; the number in it is the account's."""

INTEGRATIONS = ("crm", "none")
"""Where an organization's giving goes: to the built-in CRM, or nowhere."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant: its base currency, the zone of its days, and whether its giving syncs to the built-in CRM."""

    organization_id: int
    name: str
    currency: str
    time_zone: str
    culture: str
    integration: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person who signed in, and the membership that is used."""

    account_id: int
    membership_id: int
    sign_in_id: int
    email: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request speaks for: one organization, one product, some scopes."""

    organization_id: int
    product: str
    scopes: frozenset[str]
    key_id: int
    """Of the API key; 0 for a user."""
    name: str = ""
    """What the key or the user is called: it stands where a record says who made it."""
    user: User | None = None
    """The user who calls, when it is one."""

    @property
    def described(self) -> str:
        """For histories that tell callers from the program's own words: `API key Nightly`, `user Ada`."""
        return f"API key {self.name}" if self.key_id else f"user {self.name}"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it can be shown: never the token. Times are UTC."""

    id: int
    product: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    expires_at: datetime | None
    group: str | None = None
    """The permission group it was made with, which says its scopes."""
