"""The wire shapes of a project (crm-api.md 8.5 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.projects.rules import Figures, Project
from almoner.crm.wire import midnight_text
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import local_text
from almoner.platform.wire import Body, View

Short = Annotated[str, Meta(max_length=100)]


class ProjectCreateBody(Body):
    """A project to make. Days are read without their time; amounts are in the organization's currency."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    project_code: Short | None = None
    revenue_accounting_code: Short | None = None
    external_accounting_code: Short | None = None
    inventory_status: Short | None = None
    type: Short | None = None
    location: Short | None = None
    online_display_name: Annotated[str, Meta(max_length=150)] | None = None
    description: Annotated[str, Meta(max_length=3000)] | None = None
    duration_type: Short | None = None
    start_date: Short | None = None
    end_date: Short | None = None
    financial_need_amount: Decimal | None = None
    financial_need_type: Short | None = None
    financial_need_frequency: Short | None = None
    is_public: bool = True
    is_active: bool = True
    is_available_online: bool = True
    is_limited_to_financial_need: bool = False
    is_tax_deductible: bool = True
    treat_as_accounts_payable: bool = False
    is_restricted_to_gift_specifications: bool = False
    parent_id: int | None = None
    beginning_balance: Decimal | None = None
    current_balance: Decimal | None = None


class GiftSpecification(View, kw_only=True):
    """An amount that gifts to a project come in."""

    amount: Decimal
    frequency: str


class ProjectView(View, kw_only=True):
    """A project with its balance and what was given to it and to all projects below it."""

    id: int
    name: str
    project_code: str
    external_accounting_code: str | None
    online_display_name: str | None
    description: str | None
    photo_url: str | None = None
    parent_id: int | None
    parent_name: str | None
    is_sub_project: bool
    inventory_status: str | None
    type: str | None
    location: str | None
    is_restricted_to_gift_specifications: bool
    is_limited_to_financial_need: bool
    is_public: bool
    is_active: bool
    is_available_online: bool
    is_tax_deductible: bool
    treat_as_accounts_payable: bool
    beginning_balance: Decimal
    current_balance: Decimal
    financial_need_type: str | None
    financial_need_frequency: str | None
    financial_need_amount: Decimal
    start_date: str | None
    end_date: str | None
    duration_type: str | None
    life_to_date_giving: Decimal
    life_to_date_gift_count: int
    life_to_date_givers_count: int
    life_to_date_expense_total: Decimal
    calendar_year_to_date_giving: Decimal
    calendar_year_to_date_gift_count: int
    calendar_year_to_date_givers_count: int
    calendar_year_to_date_expense_total: Decimal
    create_date_time_utc: str
    created_by_user: str | None = None
    modified_date_time_utc: str
    modified_by_user: str | None = None
    gift_specifications: list[GiftSpecification]
    custom_fields: dict[str, str]


class ProjectBalance(View, kw_only=True):
    """A project's balance and giving totals; its whole subtree is in them."""

    project_id: int
    beginning_balance: Decimal
    current_balance: Decimal
    life_to_date_giving: Decimal
    life_to_date_gift_count: int


def project_view(project: Project, figures: Figures) -> ProjectView:
    """`project` as the wire has it. There are no expenses in this product: their totals are zero."""
    currency = project.currency
    return ProjectView(
        id=project.id,
        name=project.name,
        project_code=project.project_code,
        external_accounting_code=project.external_accounting_code,
        online_display_name=project.online_display_name,
        description=project.description,
        parent_id=project.parent_id,
        parent_name=project.parent_name,
        is_sub_project=project.parent_id is not None,
        inventory_status=project.inventory_status,
        type=project.type,
        location=project.location,
        is_restricted_to_gift_specifications=project.is_restricted_to_gift_specifications,
        is_limited_to_financial_need=project.is_limited_to_financial_need,
        is_public=project.is_public,
        is_active=project.is_active,
        is_available_online=project.is_available_online,
        is_tax_deductible=project.is_tax_deductible,
        treat_as_accounts_payable=project.treat_as_accounts_payable,
        beginning_balance=to_decimal(project.beginning_balance_minor, currency),
        current_balance=to_decimal(project.balance_minor, currency),
        financial_need_type=project.financial_need_type,
        financial_need_frequency=project.financial_need_frequency,
        financial_need_amount=to_decimal(project.financial_need_minor, currency),
        start_date=None if project.start_on is None else midnight_text(project.start_on),
        end_date=None if project.end_on is None else midnight_text(project.end_on),
        duration_type=project.duration_type,
        life_to_date_giving=to_decimal(project.given_minor, currency),
        life_to_date_gift_count=project.gift_count,
        life_to_date_givers_count=figures.givers,
        life_to_date_expense_total=to_decimal(0, currency),
        calendar_year_to_date_giving=to_decimal(figures.year_minor, currency),
        calendar_year_to_date_gift_count=figures.year_gifts,
        calendar_year_to_date_givers_count=figures.year_givers,
        calendar_year_to_date_expense_total=to_decimal(0, currency),
        create_date_time_utc=local_text(project.created_at),
        modified_date_time_utc=local_text(project.modified_at),
        gift_specifications=[],
        custom_fields={},
    )


def project_balance(project: Project) -> ProjectBalance:
    """What `GET .../Balance` tells of `project`."""
    return ProjectBalance(
        project_id=project.id,
        beginning_balance=to_decimal(project.beginning_balance_minor, project.currency),
        current_balance=to_decimal(project.balance_minor, project.currency),
        life_to_date_giving=to_decimal(project.given_minor, project.currency),
        life_to_date_gift_count=project.gift_count,
    )
