"""What a project is, what a valid new one is, and the code it gets when it names none. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING

from almoner.crm.wire import parse_day
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, to_minor
from almoner.kernel.text import clean, fold_code

if TYPE_CHECKING:
    from decimal import Decimal

    from almoner.crm.projects.schemas import ProjectCreateBody

DEFAULT_CODE = "GENERAL"
DEFAULT_NAME = "General Fund"
CODE_LENGTH_MAX = 90
"""Longest assigned code, without the number that makes it unique."""


@dataclass(frozen=True, slots=True)
class Project:
    """A fund. Amounts in minor units of `currency`, the organization's; what was given covers the whole subtree."""

    id: int
    name: str
    project_code: str
    external_accounting_code: str | None
    revenue_accounting_code: str | None
    online_display_name: str | None
    description: str | None
    type: str | None
    location: str | None
    inventory_status: str | None
    parent_id: int | None
    parent_name: str | None
    is_public: bool
    is_active: bool
    is_available_online: bool
    is_tax_deductible: bool
    is_limited_to_financial_need: bool
    is_restricted_to_gift_specifications: bool
    treat_as_accounts_payable: bool
    beginning_balance_minor: int
    financial_need_minor: int
    financial_need_type: str | None
    financial_need_frequency: str | None
    duration_type: str | None
    start_on: date | None
    end_on: date | None
    created_at: datetime
    modified_at: datetime
    currency: str
    given_minor: int
    gift_count: int

    @property
    def balance_minor(self) -> int:
        """What is in the fund: its beginning balance and all that was given."""
        return self.beginning_balance_minor + self.given_minor


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted over the gifts of a project's subtree when asked; a gift counts once, in the base currency."""

    givers: int
    year_minor: int
    year_gifts: int
    year_givers: int


NOTHING_GIVEN = Figures(givers=0, year_minor=0, year_gifts=0, year_givers=0)


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of a new project that needed checking."""

    name: str
    code: str | None
    beginning_balance_minor: int
    financial_need_minor: int
    start_on: date | None
    end_on: date | None


def draft(request: ProjectCreateBody, currency: str) -> Draft:
    """Check a new project whose amounts are in `currency`; `Invalid` names every broken field.

    A new project was given nothing yet, so its current balance, when sent, is its beginning balance.
    """
    errors: list[FieldError] = []
    name = clean(request.name)
    if name is None:
        errors.append(FieldError("name", "REQUIRED", "A project needs a name."))
    current = _minor("currentBalance", request.current_balance, currency, errors)
    beginning = _minor("beginningBalance", request.beginning_balance, currency, errors)
    need = _minor("financialNeedAmount", request.financial_need_amount, currency, errors)
    if need is not None and need < 0:
        errors.append(FieldError("financialNeedAmount", "OUT_OF_RANGE", "A need cannot be negative."))
    start, end = _day("startDate", request.start_date, errors), _day("endDate", request.end_date, errors)
    if None not in (current, beginning) and current != beginning:
        text = "A new project's current balance must equal its beginning balance."
        errors.append(FieldError("currentBalance", "INCONSISTENT", text))
    if start is not None and end is not None and end < start:
        errors.append(FieldError("endDate", "OUT_OF_RANGE", "A project cannot end before it starts."))
    if name is None or errors:
        raise Invalid("The project is not valid.", fields=tuple(errors))
    opening = beginning if beginning is not None else current
    return Draft(name, clean(request.project_code), opening or 0, need or 0, start, end)


def _minor(field: str, amount: Decimal | None, currency: str, errors: list[FieldError]) -> int | None:
    try:
        return None if amount is None else to_minor(amount, currency)
    except MoneyError as error:
        errors.append(FieldError(field, error.code, str(error)))
        return None


def _day(field: str, text: str | None, errors: list[FieldError]) -> date | None:
    try:
        return None if clean(text) is None else parse_day(text or "")
    except ValueError:
        errors.append(FieldError(field, "INVALID", "Expected a date such as 2024-12-31."))
        return None


def code_from(name: str) -> str:
    """The code a name suggests: `Clean Water (2024)` gives `CLEAN-WATER-2024`. Letters without accents, or PROJECT.

    ASCII, so that the code travels unharmed through addresses and accounting systems.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.sub(r"'", "", plain)
    return re.sub(r"[^A-Z0-9]+", "-", words)[: CODE_LENGTH_MAX + 1].strip("-")[:CODE_LENGTH_MAX] or "PROJECT"


def free_code(base: str, taken: Container[str]) -> str:
    """`base`, or the first of `base-2`, `base-3` and so on whose key is not in `taken`."""
    numbered = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(code for code in numbered if fold_code(code) not in taken)
