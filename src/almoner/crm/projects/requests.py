"""What comes in about projects (crm-api.md 8.5 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body

Short = Annotated[str, Meta(max_length=100)]


class ProjectBody(Body):
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
