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

COLUMNS: Mapping[str, Column] = {
    "Id": lambda donor, _: donor.id,
    "Name": lambda donor, _: donor.name,
    "Title": lambda donor, _: donor.title,
    "First Name": lambda donor, _: donor.first_name,
    "Middle Name": lambda donor, _: donor.middle_name,
    "Last Name": lambda donor, _: donor.last_name,
    "Suffix": lambda donor, _: donor.suffix,
    "Organization Name": lambda donor, _: donor.organization_name,
    "Email": lambda donor, _: donor.email,
    "Phone": lambda donor, _: donor.phone,
    "Address Line 1": lambda donor, _: donor.address1,
    "Address Line 2": lambda donor, _: donor.address2,
    "City": lambda donor, _: donor.city,
    "State": lambda donor, _: state_name(donor.state, donor.country),
    "Postal": lambda donor, _: donor.postal,
    "Country": lambda donor, _: donor.country,
    "Notes": lambda donor, _: donor.notes,
    "Is Organization": lambda donor, _: donor.is_organization,
    "Create Date": lambda donor, _: utc_text(donor.created_at),
    "Modified Date": lambda donor, _: utc_text(donor.modified_at),
    "CRM Key": lambda donor, _: donor.crm_key if donor.crm_linked else None,
    "Seeded CRM Key": lambda donor, _: None if donor.crm_linked else donor.crm_key,
    "CRM Second Key": lambda donor, _: donor.crm_second_key,
    "Is Archived": lambda donor, _: donor.is_archived,
    "Is Test Mode": lambda donor, _: donor.is_test_mode,
    "Source System": lambda donor, _: donor.source_system,
    "Source Key": lambda donor, _: donor.source_key,
    "Gift Count": lambda _, giving: giving.gifts,
    "Lifetime Giving": lambda _, giving: format_amount(giving.minor, giving.currency),
    "First Gift Date": lambda _, giving: _day(giving.first_on),
    "Last Gift Date": lambda _, giving: _day(giving.last_on),
    "Campaign Id": lambda _, giving: ", ".join(map(str, giving.campaigns)),
    "Campaign Name": lambda _, giving: ", ".join(giving.campaigns.values()),
}
"""Every parameter that can be asked, as it is told."""
