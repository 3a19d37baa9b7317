"""The wire shape of a grant (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from almoner.crm.commitments.views import day_or_none, segment_url
from almoner.crm.custom_fields.views import CustomFieldValueView, told_list
from almoner.crm.grants.rules import STATUSES, TYPES
from almoner.crm.wire import StampedView, link, stamps
from almoner.kernel.money import to_decimal
from almoner.platform.wire import fill, one_of


class GrantView(StampedView, kw_only=True):
    """A grant. Days are organization-local, at midnight and of no zone, whatever their name says. What this version does not keep is null or empty."""

    id: int
    """The id of the grant."""
    grant_url: str
    """The address at which the grant is read."""
    gifts_applied_url: str
    """Where the gifts that pay it are read."""
    owner_id: int | None
    """Who looks after it."""
    title: str
    """What it is called."""
    granting_organization_id: int
    """The contact that grants it."""
    granting_organization_url: str
    """The address at which that contact is read."""
    description: str | None
    """What it is for."""
    reference_id: str | None
    """A key of your own, that no other grant of the organization has."""
    receiving_organization_id: int | None
    """The contact that receives it."""
    receiving_organization_url: str | None
    """The address at which that contact is read."""
    project_url: str | None
    """The address at which the project is read."""
    project_id: int | None
    """The project that it is for."""
    project: str | None
    """The name of the project."""
    due_date_utc: str | None
    """The day by which the application is due."""
    total_anticipated_amount: Decimal | None
    """How much is anticipated, in the base currency."""
    status: Annotated[str, one_of(STATUSES)]
    """How it stands."""
    submission_date_utc: str | None
    """The day on which the application was handed in."""
    anticipated_award_date_utc: str | None
    """The day on which an answer is expected."""
    point_of_contact_name: str | None
    """Whom to ask at the granting organization."""
    point_of_contact_email: str | None
    """How to write to that person."""
    point_of_contact_phone: str | None
    """How to call that person."""
    website: str | None
    """Where more is told of it."""
    awarded_grant: bool
    """Whether it was awarded."""
    awarded_amount: Decimal | None
    """How much was awarded, in the base currency."""
    awarded_date_utc: str | None
    """The day on which it was awarded."""
    award_terms: str | None
    """What it was awarded for."""
    grant_type: Annotated[str, one_of(TYPES)]
    """Whether it is received or given."""
    segment_id: int | None
    """An extension: the id of the segment that it answers to."""
    segment: str | None
    """An extension: the name of the segment."""
    segment_code: str | None
    """An extension: the code of the segment."""
    segment_url: str | None
    """An extension: where the segment is read."""
    amount_given: Decimal
    """An extension: what gifts brought, less what was taken back of them."""
    custom_fields: list[CustomFieldValueView]
    """Values of the organization's own fields."""


def grant_view(row: Any, crm_url: str) -> GrantView:
    """A row of the statement `records` as the wire has it; links lead to the API at `crm_url`."""
    here, currency = link(crm_url, "Grant", row["id"]), row["currency"]

    def linked(path: str, name: str) -> str | None:
        return None if row[name] is None else link(crm_url, path, row[name])

    def amount(name: str) -> Decimal | None:
        return None if row[name] is None else to_decimal(row[name], currency)

    return fill(
        GrantView,
        row,
        grant_url=here,
        gifts_applied_url=f"{here}/Gifts",
        granting_organization_id=row["contact_id"],
        granting_organization_url=link(crm_url, "Contact", row["contact_id"]),
        receiving_organization_url=linked("Contact", "receiving_organization_id"),
        project_url=linked("Project", "project_id"),
        due_date_utc=day_or_none(row["due_on"]),
        total_anticipated_amount=amount("anticipated_minor"),
        submission_date_utc=day_or_none(row["submitted_on"]),
        anticipated_award_date_utc=day_or_none(row["anticipated_award_on"]),
        awarded_amount=amount("awarded_minor"),
        awarded_date_utc=day_or_none(row["awarded_on"]),
        amount_given=to_decimal(row["given_minor"], currency),
        custom_fields=told_list(row["told_custom_values"]),
        segment_url=segment_url(row, crm_url),
        **stamps(row),
    )
