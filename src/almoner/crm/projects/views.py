"""The wire shapes of a project (crm-api.md 8.5 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import asdict

from almoner.crm.custom_fields.views import told_object
from almoner.crm.wire import StampedView, midnight_text, stamps
from almoner.kernel.figures import by_currency
from almoner.kernel.money import to_decimal
from almoner.platform.wire import View, fill


class GiftSpecificationView(View, kw_only=True):
    """An amount that gifts to a project come in."""

    amount: Decimal
    """The amount."""
    frequency: str
    """How often it is given."""


class GivingView(View, kw_only=True):
    """What was given in one currency. An extension: no rate is known by which currencies could be added up."""

    currency_code: str
    """The currency, by its code in ISO 4217."""
    life_to_date_giving: Decimal
    """All that was given in it."""
    life_to_date_gift_count: int
    """By how many gifts."""
    life_to_date_givers_count: int
    """By how many contacts."""
    calendar_year_to_date_giving: Decimal
    """What was given in it in the organization's present year."""
    calendar_year_to_date_gift_count: int
    """By how many gifts of that year."""
    calendar_year_to_date_givers_count: int
    """By how many contacts in that year."""


class ProjectView(StampedView, kw_only=True):
    """A project with its balance and what was given to it and to all projects below it (docs/reference/figures.md)."""

    id: int
    """The id of the project."""
    name: str
    """The name of the project."""
    project_code: str
    """The code of the project: unique in the organization, in whatever case."""
    external_accounting_code: str | None
    """Its code in the organization's accounts."""
    revenue_accounting_code: str | None
    """An extension: the account that its revenue goes to."""
    online_display_name: str | None
    """Its name where donors choose it."""
    description: str | None
    """What it is for."""
    photo_url: str | None = None
    """A picture; not kept yet."""
    parent_id: int | None
    """The project that it is a part of; null when it stands by itself."""
    parent_name: str | None
    """The name of that project."""
    is_sub_project: bool
    """Whether it is a part of another."""
    inventory_status: str | None
    """The state of its inventory, in the organization's own words."""
    type: str | None
    """What kind of project it is, in the organization's own words."""
    location: str | None
    """Where it is."""
    is_restricted_to_gift_specifications: bool
    """Whether gifts come in the specified amounts only."""
    is_limited_to_financial_need: bool
    """Whether it takes no more than it needs."""
    is_public: bool
    """Whether people and reports see it without asking for it."""
    is_active: bool
    """Whether it takes new designations."""
    is_available_online: bool
    """Whether donors may choose it."""
    is_tax_deductible: bool
    """Whether receipts for taxes may be given."""
    treat_as_accounts_payable: bool
    """Whether what comes in is owed to somebody else."""
    beginning_balance: Decimal
    """What was in the fund before its first gift here, in the base currency."""
    current_balance: Decimal
    """The beginning balance and all that was given, in the base currency; or what it was set to and all that was given since."""
    financial_need_type: str | None
    """What kind of need it has, in the organization's own words."""
    financial_need_frequency: str | None
    """How often it needs the amount, in the organization's own words."""
    financial_need_amount: Decimal
    """How much it needs, in the base currency."""
    start_date: str | None
    """The day it begins, at midnight and of no zone."""
    end_date: str | None
    """The day it ends, at midnight and of no zone; null when it goes on."""
    duration_type: str | None
    """How long it lasts, in the organization's own words."""
    life_to_date_giving: Decimal
    """All that was given in the base currency, to it and the projects below it."""
    life_to_date_gift_count: int
    """By how many gifts."""
    life_to_date_givers_count: int
    """By how many contacts."""
    life_to_date_expense_total: Decimal
    """What was spent; not kept yet."""
    calendar_year_to_date_giving: Decimal
    """What was given in the base currency in the organization's present year."""
    calendar_year_to_date_gift_count: int
    """By how many gifts of that year."""
    calendar_year_to_date_givers_count: int
    """By how many contacts in that year."""
    calendar_year_to_date_expense_total: Decimal
    """What was spent in that year; not kept yet."""
    giving_by_currency: list[GivingView]
    """An extension: what was given, each currency by itself."""
    gift_specifications: list[GiftSpecificationView]
    """The amounts that gifts come in; not kept yet."""
    custom_fields: dict[str, str]
    """What it has in the organization's own fields, by name and as text."""


class ProjectBalanceView(View, kw_only=True):
    """A project's balance and giving totals; its whole subtree is in them."""

    project_id: int
    """The id of the project."""
    beginning_balance: Decimal
    """What was in the fund before its first gift here, in the base currency."""
    current_balance: Decimal
    """The beginning balance and all that was given, in the base currency; or what it was set to and all that was given since."""
    life_to_date_giving: Decimal
    """All that was given in the base currency, to it and the projects below it."""
    life_to_date_gift_count: int
    """By how many gifts."""


def project_view(row: Any, currency: str) -> ProjectView:
    """A row of the statement `records` as the wire has it; its amounts are in `currency`, the organization's.

    What is in a fund is its beginning balance, all that was given in `currency`, and by what the one who set its current balance
    corrected that; gifts in others stand in `givingByCurrency` alone. There are no expenses in this product.
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
        current_balance=to_decimal(beginning + int(row["balance_change_minor"]) + figures[0], currency),
        inventory_status=row["present_status"],
        financial_need_amount=to_decimal(row["financial_need_minor"], currency),
        start_date=None if row["start_on"] is None else midnight_text(row["start_on"]),
        end_date=None if row["end_on"] is None else midnight_text(row["end_on"]),
        life_to_date_expense_total=nothing,
        calendar_year_to_date_expense_total=nothing,
        giving_by_currency=[_giving(code, *each) for code, each in by_code.items()],
        gift_specifications=[],
        custom_fields=told_object(row["told_custom_values"]),
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


def balance_on_day(row: Any, currency: str) -> ProjectBalanceView:
    """A row of the statement `balance_on` as the wire has it."""
    beginning, given = row["beginning_balance_minor"], int(row["minor"])
    return fill(
        ProjectBalanceView,
        row,
        beginning_balance=to_decimal(beginning, currency),
        current_balance=to_decimal(beginning + int(row["balance_change_minor"]) + given, currency),
        life_to_date_giving=to_decimal(given, currency),
        life_to_date_gift_count=row["gifts"],
    )
