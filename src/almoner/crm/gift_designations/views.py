"""The wire shape of a designation in a query's answer (client-facts.md 20, a live recording)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from almoner.crm.custom_fields.views import told_object
from almoner.crm.gifts.rules import type_name
from almoner.crm.wire import link, short_text
from almoner.kernel.money import to_decimal
from almoner.platform.telling import Pieces
from almoner.platform.wire import View, fill

UNSPECIFIED = "Unspecified"


class GiftDesignationRowView(View, kw_only=True):
    """A part of a gift with its gift, giver and project. Without a name the project is not there."""

    id: int
    """The id of the designation."""
    create_date: str
    """The organization-local day on which it was made (`12/7/2023`)."""
    amount_designated: Decimal
    """How much of the gift is for the project, in the gift's currency."""
    currency_code: str
    """An extension: that currency, by its code in ISO 4217."""
    gift_id: int
    """The id of the gift."""
    gift_date: str
    """The organization-local day of the gift (`12/7/2023`)."""
    gift_type: str
    """How the gift was paid, as text for people."""
    gift_is_private: bool
    """Whether the gift is left out of what others see."""
    gift_custom_fields: dict[str, str]
    """What the gift has in the organization's own fields, by name and as text."""
    gift_url: str
    """Where the gift is read, under the API's address."""
    contact_id: int
    """The contact who gave."""
    contact_name: str
    """The name of the contact."""
    contact_type: str
    """What kind of contact it is: household, organization or foundation."""
    contact_url: str
    """Where the contact is read, under the API's address."""
    project_id: int
    """The project that this part is for."""
    project: str | None
    """The name of the project."""
    project_code: str | None
    """The code of the project."""
    project_external_accounting_code: str | None
    """The project's code in the organization's accounts."""
    project_type: str
    """The type of the project, in the organization's own words; `Unspecified` when it has none."""
    project_location: str
    """The location of the project; `Unspecified` when it has none."""
    is_tax_deductible: bool | None
    """An extension: whether the project is tax-deductible: a receipt may name the part if the gift is too."""
    project_custom_fields: dict[str, str]
    """What the project has in the organization's own fields, by name and as text."""
    project_url: str
    """Where the project is read, under the API's address."""
    parent_project_id: int | None
    """The project that the project is a part of; null when it stands by itself, as all that is told of the parent."""
    parent_project: str | None
    """The name of the parent."""
    parent_project_code: str | None
    """The code of the parent."""
    parent_project_external_accounting_code: str | None
    """The parent's code in the organization's accounts."""
    parent_project_type: str | None
    """The type of the parent, in the organization's own words."""
    parent_project_location: str | None
    """The location of the parent."""
    parent_project_custom_fields: dict[str, str] | None
    """What the parent has in the organization's own fields, by name and as text."""
    parent_project_url: str | None
    """Where the parent is read, under the API's address."""
    batch: str | None
    """The batch that the gift was entered in."""
    segment_name: str | None
    """The name of the gift's segment."""
    segment_code: str | None
    """The code of the gift's segment."""
    communication_name: str | None
    """An extension: the communication of that segment."""
    campaign_name: str | None
    """An extension: the campaign of that communication; without one, the first of `campaignNames`."""
    campaign_names: list[str]
    """An extension: every campaign that the part is in, by the segment or by its project on the day of the gift, by their names."""


def _word(column: str, row: Any) -> str:
    return row[column] or UNSPECIFIED


def _of_parent(tell: Callable[[Any], Any], row: Any) -> Any:
    return None if row["parent_project_id"] is None else tell(row)


def designation_pieces(crm_url: str) -> Pieces:
    """What a designation tells beside its columns of the same name, each made alone. Links lead to the API at `crm_url`."""
    return {
        "create_date": lambda row: short_text(row["made_on"]),
        "amount_designated": lambda row: to_decimal(row["amount_minor"], row["currency"]),
        "currency_code": lambda row: row["currency"],
        "gift_date": lambda row: short_text(row["gift_on"]),
        "gift_type": lambda row: type_name(row["gift_type"]),
        "gift_custom_fields": lambda row: told_object(row["told_gift_values"]),
        "gift_url": lambda row: link(crm_url, "Gift", row["gift_id"]),
        "contact_url": lambda row: link(crm_url, "Contact", row["contact_id"]),
        "project_type": partial(_word, "project_type"),
        "project_location": partial(_word, "project_location"),
        "project_custom_fields": lambda row: told_object(row["told_project_values"]),
        "project_url": lambda row: link(crm_url, "Project", row["project_id"]),
        "parent_project_type": partial(_of_parent, partial(_word, "parent_project_type")),
        "parent_project_location": partial(_of_parent, partial(_word, "parent_project_location")),
        "parent_project_custom_fields": partial(
            _of_parent, lambda row: told_object(row["told_parent_values"])
        ),
        "parent_project_url": partial(
            _of_parent, lambda row: link(crm_url, "Project", row["parent_project_id"])
        ),
    }


def designation_row(row: Any, pieces: Pieces) -> GiftDesignationRowView:
    """A row of the statement `records` as the wire has it."""
    return fill(GiftDesignationRowView, row, **{name: piece(row) for name, piece in pieces.items()})
