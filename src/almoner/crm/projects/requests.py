"""What comes in about projects (crm-api.md 8.5 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.wire import WrittenDay
from almoner.platform.wire import Body

Short = Annotated[str, Meta(max_length=100)]


class SearchBody(Body):
    """What is looked for."""

    search: str = ""
    """Text that a name or code holds, in whatever case; everything when it is blank."""


class ProjectBody(Body):
    """A project to make. Days are read without their time; amounts are in the organization's currency."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the project."""
    project_code: Short | None = None
    """A code that no other project of the organization has, in whatever case. One is given when it is left out."""
    revenue_accounting_code: Short | None = None
    """The account that its revenue goes to."""
    external_accounting_code: Short | None = None
    """Its code in the organization's accounts."""
    inventory_status: Short | None = None
    """The state of its inventory, in words of your own."""
    type: Short | None = None
    """What kind of project it is, in words of your own."""
    location: Short | None = None
    """Where it is."""
    online_display_name: Annotated[str, Meta(max_length=150)] | None = None
    """Its name where donors choose it."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for."""
    duration_type: Short | None = None
    """How long it lasts, in words of your own."""
    start_date: WrittenDay | None = None
    """The day it begins; a time of day is ignored."""
    end_date: WrittenDay | None = None
    """The day it ends; a time of day is ignored."""
    financial_need_amount: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})] | None = None
    """How much it needs, in the base currency."""
    financial_need_type: Short | None = None
    """What kind of need it has, in words of your own."""
    financial_need_frequency: Short | None = None
    """How often it needs the amount, in words of your own."""
    is_public: bool = True
    """Whether people and reports see it without asking for it."""
    is_active: bool = True
    """Whether it takes designations."""
    is_available_online: bool = True
    """Whether donors may choose it."""
    is_limited_to_financial_need: bool = False
    """Whether it takes no more than it needs."""
    is_tax_deductible: bool = True
    """Whether receipts for taxes may be given."""
    treat_as_accounts_payable: bool = False
    """Whether what comes in is owed to somebody else."""
    is_restricted_to_gift_specifications: bool = False
    """Whether gifts come in the specified amounts only."""
    parent_id: int | None = None
    """The project that it is a part of."""
    beginning_balance: Decimal | None = None
    """What is in the fund before its first gift here, in the base currency."""
    current_balance: Decimal | None = None
    """Taken as the beginning balance when that is left out."""
