"""What queries tell of a gift as columns beside it: each by its label, as text (raise-api.md 1.2, client-facts.md 39)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from almoner.giving.donors.columns import OF_ROW
from almoner.giving.donors.rules import Donor
from almoner.giving.gifts.views import GiftView
from almoner.kernel.places import state_name

Column = Callable[[GiftView, Donor], Any]


def _billing(name: str, of_donor: str) -> Column:
    """Of the address that came with a gift, else of the donor's."""

    def told(gift: GiftView, donor: Donor) -> Any:
        address = gift.billing_address
        return getattr(donor, of_donor) if address is None else getattr(address, name)

    return told


def _state(gift: GiftView, donor: Donor) -> Any:
    return state_name(
        _billing("state", "state")(gift, donor), _billing("country_string", "country")(gift, donor)
    )


def _of_donor(name: str) -> Column:
    column = OF_ROW[name]
    return lambda _, donor: column(donor)


BESIDE_DONOR: Mapping[str, Column] = {
    "Donor Name": _of_donor("Name"),
    "Donor First Name": _of_donor("First Name"),
    "Donor Last Name": _of_donor("Last Name"),
    "Donor Organization Name": _of_donor("Organization Name"),
    "Donor Email": _of_donor("Email"),
    "Donor Phone": _of_donor("Phone"),
    "Donor CRM Key": _of_donor("CRM Key"),
    "Billing Address Line 1": _billing("address1", "address1"),
    "Billing Address Line 2": _billing("address2", "address2"),
    "Billing Address City": _billing("city", "city"),
    "Billing Address State": _state,
    "Billing Address Postal": _billing("postal", "postal"),
    "Billing Address Country": _billing("country_string", "country"),
}
"""Columns that the donor is read for."""

COLUMNS: Mapping[str, Column] = {
    "Id": lambda gift, _: gift.id,
    "Date": lambda gift, _: gift.date,
    "Create Date": lambda gift, _: gift.created_date,
    "Modified Date": lambda gift, _: gift.modified_date,
    "Project(s)": lambda gift, _: ", ".join(part.name or "" for part in gift.projects),
    "Project Id": lambda gift, _: ", ".join(str(part.project_id) for part in gift.projects),
    "Amount": lambda gift, _: gift.formatted_amount,
    "Currency": lambda gift, _: gift.currency,
    "Status": lambda gift, _: gift.status_text,
    "Tender Type": lambda gift, _: gift.payment_type,
    "Tender Type Info": lambda gift, _: gift.payment_info,
    "Gateway": lambda gift, _: gift.gateway,
    "Transaction Id": lambda gift, _: gift.transaction_id,
    "Authorization Number": lambda gift, _: gift.authorization_number,
    "Donor Id": lambda gift, _: gift.donor_id,
    **BESIDE_DONOR,
    "Campaign Id": lambda gift, _: gift.campaign_id,
    "Campaign Name": lambda gift, _: gift.campaign_name,
    "Segment Code": lambda gift, _: gift.segment,
    "Segment Name": lambda gift, _: gift.segment_name,
    "Motivation Code": lambda gift, _: gift.motivation,
    "Comment": lambda gift, _: gift.comment,
    "Notes": lambda gift, _: gift.notes,
    "Is Anonymous": lambda gift, _: gift.is_anonymous,
    "Is Test Mode": lambda gift, _: gift.is_test_mode,
    "Transaction Source": lambda gift, _: gift.transaction_source,
    "Source Transaction Id": lambda gift, _: gift.source_transaction_id,
}
