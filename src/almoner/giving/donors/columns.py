"""What queries tell of a donor as columns beside it: each by its label, as text (raise-api.md 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from almoner.giving.donors.rules import Donor
from almoner.kernel.money import format_amount
from almoner.kernel.places import state_name
from almoner.kernel.wire import day_text, utc_text


@dataclass(frozen=True, slots=True)
class Giving:
    """What a donor gave: gifts of all sorts, and of those not in test mode the sum in the base currency (minor units) and the first and last day."""

    gifts: int
    minor: int
    currency: str
    first_on: date | None
    last_on: date | None
    campaigns: Mapping[int, str]


Column = Callable[[Donor, Giving], Any]


def _day(day: date | None) -> str | None:
    return None if day is None else day_text(day)


OF_GIVING = (
    "Gift Count",
    "Lifetime Giving",
    "First Gift Date",
    "Last Gift Date",
    "Campaign Id",
    "Campaign Name",
)
"""Columns that are made of the donor's gifts, which are read for them alone."""

OF_ROW: Mapping[str, Callable[[Donor], Any]] = {
    "Id": lambda donor: donor.id,
    "Name": lambda donor: donor.name,
    "Title": lambda donor: donor.title,
    "First Name": lambda donor: donor.first_name,
    "Middle Name": lambda donor: donor.middle_name,
    "Last Name": lambda donor: donor.last_name,
    "Suffix": lambda donor: donor.suffix,
    "Organization Name": lambda donor: donor.organization_name,
    "Email": lambda donor: donor.email,
    "Phone": lambda donor: donor.phone,
    "Address Line 1": lambda donor: donor.address1,
    "Address Line 2": lambda donor: donor.address2,
    "City": lambda donor: donor.city,
    "State": lambda donor: state_name(donor.state, donor.country),
    "Postal": lambda donor: donor.postal,
    "Country": lambda donor: donor.country,
    "Notes": lambda donor: donor.notes,
    "Is Organization": lambda donor: donor.is_organization,
    "Create Date": lambda donor: utc_text(donor.created_at),
    "Modified Date": lambda donor: utc_text(donor.modified_at),
    "CRM Key": lambda donor: donor.crm_key if donor.crm_linked else None,
    "Seeded CRM Key": lambda donor: None if donor.crm_linked else donor.crm_key,
    "CRM Second Key": lambda donor: donor.crm_second_key,
    "Is Archived": lambda donor: donor.is_archived,
    "Is Test Mode": lambda donor: donor.is_test_mode,
    "Source System": lambda donor: donor.source_system,
    "Source Key": lambda donor: donor.source_key,
}
"""Columns that the row of a donor is enough for."""


def _alone(column: Callable[[Donor], Any]) -> Column:
    return lambda donor, _: column(donor)


COLUMNS: Mapping[str, Column] = {
    **{label: _alone(column) for label, column in OF_ROW.items()},
    "Gift Count": lambda _, giving: giving.gifts,
    "Lifetime Giving": lambda _, giving: format_amount(giving.minor, giving.currency),
    "First Gift Date": lambda _, giving: _day(giving.first_on),
    "Last Gift Date": lambda _, giving: _day(giving.last_on),
    "Campaign Id": lambda _, giving: ", ".join(map(str, giving.campaigns)),
    "Campaign Name": lambda _, giving: ", ".join(giving.campaigns.values()),
}
"""Every parameter that can be asked, as it is told."""
