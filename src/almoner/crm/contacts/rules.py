"""A contact as it is stored, with its people and its giving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Method:
    """A way to reach a person: an e-mail address, a phone number, a page. `type` names it (`Home Email`)."""

    id: int
    contact_individual_id: int
    type: str
    value: str
    is_opted_in: bool
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Individual:
    """A person of a contact."""

    id: int
    contact_id: int
    prefix: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    suffix: str | None
    is_primary: bool
    created_at: datetime
    modified_at: datetime
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address of a contact."""

    id: int
    label: str | None
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal: str | None
    country: str | None
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The key a contact has in another system."""

    source: str
    reference_id: str


@dataclass(frozen=True, slots=True)
class Giving:
    """What a contact gave. Life and year (the organization's present one) are sums in the base currency, `currency`.

    The last gift is in its own currency; None when nothing was given yet.
    """

    currency: str
    life_minor: int
    year_minor: int
    last_minor: int | None
    last_currency: str | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A household or an organization, with everything that hangs on it. `address` is the primary one."""

    id: int
    contact_type: str
    name: str
    informal_name: str | None
    description: str | None
    website: str | None
    is_private: bool
    merged_into_id: int | None
    created_at: datetime
    modified_at: datetime
    individuals: tuple[Individual, ...]
    address: Address | None
    references: tuple[Reference, ...]
    giving: Giving
