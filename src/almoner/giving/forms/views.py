"""The wire shape of a form."""

from __future__ import annotations

from typing import Any

from almoner.kernel.wire import utc_text
from almoner.platform.wire import Instant, View, fill, rows_of


class FormProjectView(View):
    """A project that a form offers."""

    project_id: int
    """The id of the project."""
    name: str
    """The name of the project."""
    code: str
    """Its code."""
    is_active: bool
    """Whether it takes gifts. The form offers it now when it does, and its twin in the CRM is available online."""


class FormShareView(View):
    """One part of a form's own split."""

    project_id: int
    """The project that this part is for."""
    name: str
    """The name of the project."""
    weight: int
    """How much of a gift that is, beside the weights of the others."""


class FormView(View):
    """A donation form: where its gifts belong, what it offers, and what a gift by it is unless it says otherwise."""

    id: int
    """The id of the form: `formId` of a gift."""
    name: str
    """The name of the form."""
    description: str | None
    """What it is for."""
    campaign_id: int
    """The campaign that its gifts are made in."""
    campaign_name: str
    """The name of that campaign."""
    segment_id: int | None
    """The segment that its gifts are of."""
    segment_name: str | None
    """The name of that segment."""
    segment_code: str | None
    """Its code."""
    currency_code: str | None
    """The currency of gifts that name none; null: the organization's base currency."""
    motivation_code: str | None
    """The motivation code of gifts that name none."""
    premium_id: int | None
    """The premium of gifts that name none."""
    covers_costs: bool
    """Whether donors may cover the costs of the payment."""
    is_active: bool
    """Whether it takes gifts."""
    offered_projects: list[FormProjectView]
    """The projects that it offers, in their order; empty: every active one."""
    default_split: list[FormShareView]
    """How gifts that name no project are split; empty: all of it is the default project's."""
    created_date_time: Instant
    """When the form was made."""
    modified_date_time: Instant
    """When the form last changed."""


def form_view(row: Any) -> FormView:
    """A row of the statement `records` as the wire has it."""
    return fill(
        FormView,
        row,
        currency_code=row["currency"],
        offered_projects=[FormProjectView(**each) for each in rows_of(row["offered"])],
        default_split=[FormShareView(**each) for each in rows_of(row["split"])],
        created_date_time=utc_text(row["created_at"]),
        modified_date_time=utc_text(row["modified_at"]),
    )
