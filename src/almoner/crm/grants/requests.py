"""What comes in about grants (crm-api.md 8.8 and appendix A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from almoner.crm.commitments.requests import OfSegmentBody
from almoner.crm.custom_fields.requests import CustomFields
from almoner.crm.grants.rules import STATUSES, TYPES
from almoner.crm.wire import RecordId, WrittenDay
from almoner.platform.wire import one_of

Word = Annotated[str, Meta(max_length=100)]
Line = Annotated[str, Meta(max_length=255)]
Text = Annotated[str, Meta(max_length=4000)]
Amount = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]


class GrantBody(OfSegmentBody, kw_only=True):
    """A grant as it is from now on; what is left out is cleared. Days are organization-local; a time of day plays no part."""

    granting_organization_id: RecordId
    """The contact that grants it."""
    title: Line
    """What it is called."""
    owner_id: RecordId | None = None
    """Who looks after it."""
    description: Text | None = None
    """What it is for."""
    reference_id: Word | None = None
    """A key of your own, that no other grant of the organization has."""
    receiving_organization_id: RecordId | None = None
    """The contact that receives it."""
    project_id: RecordId | None = None
    """The project that it is for."""
    due_date: WrittenDay | None = None
    """The day by which the application is due."""
    due_date_utc: WrittenDay | None = None
    """Another name of `dueDate`: the one that answers have."""
    total_anticipated_amount: Amount | None = None
    """How much is anticipated, in the base currency."""
    status: Annotated[Word, one_of(STATUSES)] = "Active"
    """How it stands, in whatever case."""
    submission_date: WrittenDay | None = None
    """The day on which the application was handed in."""
    submission_date_utc: WrittenDay | None = None
    """Another name of `submissionDate`: the one that answers have."""
    anticipated_award_date: WrittenDay | None = None
    """The day on which an answer is expected."""
    anticipated_award_date_utc: WrittenDay | None = None
    """Another name of `anticipatedAwardDate`: the one that answers have."""
    point_of_contact_name: Line | None = None
    """Whom to ask at the granting organization."""
    point_of_contact_email: Line | None = None
    """How to write to that person."""
    point_of_contact_phone: Line | None = None
    """How to call that person."""
    website: Line | None = None
    """Where more is told of it."""
    awarded_grant: bool = False
    """Whether it was awarded."""
    awarded_amount: Amount | None = None
    """How much was awarded, in the base currency."""
    awarded_date: WrittenDay | None = None
    """The day on which it was awarded."""
    awarded_date_utc: WrittenDay | None = None
    """Another name of `awardedDate`: the one that answers have."""
    award_terms: Text | None = None
    """What it was awarded for."""
    grant_type: Annotated[Word, one_of(TYPES)] = "Incoming"
    """Whether it is received or given, in whatever case."""
    custom_fields: CustomFields | None = None
    """Values of the organization's own fields."""
