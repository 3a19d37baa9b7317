"""What comes in about projects (crm-api.md 8.5 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.wire import AnyId, WrittenDay
from almoner.platform.wire import Body

PATCHED_MAX = 1_000
"""Projects that one PATCH may change."""

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
    enable_sync: bool = False
    """Whether an accounting system follows the project."""
    is_restricted_to_gift_specifications: bool = False
    """Whether gifts come in the specified amounts only."""
    parent_id: AnyId | None = None
    """The project that it is a part of."""
    beginning_balance: Decimal | None = None
    """What is in the fund before its first gift here, in the base currency."""
    current_balance: Decimal | None = None
    """What is in it now, in the base currency; gifts are added to it from then on. Without a beginning balance it is that too."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""


class ProjectReplacementBody(ProjectBody, kw_only=True):
    """What a project is from now on: what is left out is cleared, and a flag is as a new project has it. The code alone stays."""

    project_code: Short | None = None
    """Another code, that no other project of the organization has, in whatever case. The code stays when it is left out or blank."""
    parent_id: AnyId | None = None
    """The project that it is a part of; what was given to it counts there, and no longer where it was. None when it is left out."""
    current_balance: Decimal | None = None
    """What is in it now, in the base currency; gifts are added to it from then on. When it is left out, it follows from the beginning balance and all gifts."""


class ProjectBalanceBody(Body):
    """What is in a fund, in the base currency. What is left out stays; without a current balance that moves with the beginning balance."""

    beginning_balance: Decimal | UnsetType | None = UNSET
    """What was in it before its first gift here; null for nothing."""
    current_balance: Decimal | UnsetType | None = UNSET
    """What is in it now: gifts are added to it from then on. Null: what follows from the beginning balance and all gifts."""


class ProjectPatchBody(ProjectBalanceBody, kw_only=True):
    """What changes of one project: what is left out stays, null clears."""

    id: AnyId
    """The id of the project."""
    name: Annotated[str, Meta(min_length=1, max_length=150)] | UnsetType = UNSET
    """The name of the project."""
    project_code: Short | UnsetType | None = UNSET
    """A code that no other project of the organization has, in whatever case; null or blank, and it stays."""
    online_display_name: Annotated[str, Meta(max_length=150)] | UnsetType | None = UNSET
    """Its name where donors choose it."""
    description: Annotated[str, Meta(max_length=3000)] | UnsetType | None = UNSET
    """What it is for."""
    financial_need_amount: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})] | UnsetType | None = (
        UNSET
    )
    """How much it needs, in the base currency."""
    type: Short | UnsetType | None = UNSET
    """What kind of project it is, in words of your own."""
    start_date: WrittenDay | UnsetType | None = UNSET
    """The day it begins; a time of day is ignored."""
    end_date: WrittenDay | UnsetType | None = UNSET
    """The day it ends; a time of day is ignored."""
    parent_id: AnyId | UnsetType | None = UNSET
    """An extension: the project that it is a part of; null lets it stand by itself."""
    external_accounting_code: Short | UnsetType | None = UNSET
    """An extension: its code in the organization's accounts."""
    revenue_accounting_code: Short | UnsetType | None = UNSET
    """An extension: the account that its revenue goes to."""
    location: Short | UnsetType | None = UNSET
    """An extension: where it is."""
    is_public: bool | UnsetType = UNSET
    """An extension: whether people and reports see it without asking for it."""
    is_active: bool | UnsetType = UNSET
    """An extension: whether it takes designations."""
    is_available_online: bool | UnsetType = UNSET
    """An extension: whether donors may choose it."""
    is_tax_deductible: bool | UnsetType = UNSET
    """An extension: whether receipts for taxes may be given."""
    custom_fields: CustomFields | UnsetType | None = UNSET
    """Values of the organization's own fields: those that are named change, the others stay. Null clears all."""


ProjectPatches = Annotated[list[ProjectPatchBody], Meta(extra_json_schema={"maxItems": PATCHED_MAX})]
"""Changes of projects, each of another."""
