"""The wire shapes of a project (crm-api.md 8.5 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import asdict

from almoner.crm.wire import StampedView, midnight_text, stamps
from almoner.kernel.figures import by_currency
from almoner.kernel.money import to_decimal
from almoner.platform.wire import View, fill


class GiftSpecificationView(View, kw_only=True):
    """An amount that gifts to a project come in."""

    amount: Decimal
    frequency: str


class GivingView(View, kw_only=True):
    """What was given in one currency. An extension: no rate is known by which currencies could be added up."""

    currency_code: str
    life_to_date_giving: Decimal
    life_to_date_gift_count: int
    life_to_date_givers_count: int
    calendar_year_to_date_giving: Decimal
    calendar_year_to_date_gift_count: int
    calendar_year_to_date_givers_count: int


class ProjectView(StampedView, kw_only=True):
    """A project with its balance and what was given to it and to all projects below it (docs/reference/figures.md)."""

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
    giving_by_currency: list[GivingView]
    gift_specifications: list[GiftSpecificationView]
    custom_fields: dict[str, str]


class ProjectBalanceView(View, kw_only=True):
    """A project's balance and giving totals; its whole subtree is in them."""

    project_id: int
    beginning_balance: Decimal
    current_balance: Decimal
    life_to_date_giving: Decimal
    life_to_date_gift_count: int


def project_view(row: Any, currency: str) -> ProjectView:
    """A row of the statement `records` as the wire has it; its amounts are in `currency`, the organization's.

    What is in a fund is its beginning balance and all that was given in `currency`; gifts in others stand in
    `givingByCurrency` alone. There are no expenses in this product.
    """
    by_code = by_currency(row)
    figures = by_code.get(currency, (0,) * 6)
    own = asdict(_giving(currency, *figures))
    del own["currency_code"]
    beginning, nothing = row["beginning_balance_minor"], to_decimal(0, currency)
    return fill(
        ProjectView,
        row,
        is_sub_project=row["parent_id"] is not None,
        beginning_balance=to_decimal(beginning, currency),
        current_balance=to_decimal(beginning + figures[0], currency),
        financial_need_amount=to_decimal(row["financial_need_minor"], currency),
        start_date=None if row["start_on"] is None else midnight_text(row["start_on"]),
        end_date=None if row["end_on"] is None else midnight_text(row["end_on"]),
        life_to_date_expense_total=nothing,
        calendar_year_to_date_expense_total=nothing,
        giving_by_currency=[_giving(code, *each) for code, each in by_code.items()],
        gift_specifications=[],
        custom_fields={},
        **own,
        **stamps(row),
    )


def _giving(
    currency: str, life: int, gifts: int, givers: int, year: int, year_gifts: int, year_givers: int
) -> GivingView:
    return GivingView(
        currency_code=currency,
        life_to_date_giving=to_decimal(life, currency),
        life_to_date_gift_count=gifts,
        life_to_date_givers_count=givers,
        calendar_year_to_date_giving=to_decimal(year, currency),
        calendar_year_to_date_gift_count=year_gifts,
        calendar_year_to_date_givers_count=year_givers,
    )


def project_balance(project: ProjectView) -> ProjectBalanceView:
    """What `GET .../Balance` tells of `project`."""
    return fill(ProjectBalanceView, project, project_id=project.id)
