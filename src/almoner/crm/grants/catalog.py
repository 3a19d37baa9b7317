"""What can be asked of grants: each parameter names a column."""

from __future__ import annotations

from almoner.crm.commitments.parameters import (
    OF_LEGACY,
    listed,
    of_contact,
    of_project,
    of_segment,
    of_stamps,
    stamp_sorts,
)
from almoner.crm.grants.rules import STATUSES, TYPES
from almoner.platform.query import Catalog, Kind, Parameter
from almoner.platform.query.amounts import comparable

GRANTS = Catalog(
    noun="grant",
    table="crm_code.queried_grant_award k",
    parameters=(
        Parameter(name="Grant Id", kind=Kind.INT, sql="k.id"),
        Parameter(name="Title", kind=Kind.TEXT, sql="k.title"),
        *of_contact("k", "Granting Organization"),
        Parameter(
            name="Receiving Organization Id", kind=Kind.INT, sql="k.receiving_organization_id", nullable=True
        ),
        Parameter(name="Reference Id", kind=Kind.TEXT, sql="k.reference_id", nullable=True),
        listed("Status", "k.status", STATUSES),
        listed("Grant Type", "k.grant_type", TYPES),
        Parameter(name="Due Date", kind=Kind.DAY, sql="k.due_on", nullable=True),
        Parameter(name="Submission Date", kind=Kind.DAY, sql="k.submitted_on", nullable=True),
        Parameter(name="Anticipated Award Date", kind=Kind.DAY, sql="k.anticipated_award_on", nullable=True),
        Parameter(name="Awarded Date", kind=Kind.DAY, sql="k.awarded_on", nullable=True),
        Parameter(
            name="Total Anticipated Amount",
            kind=Kind.MONEY,
            sql="k.anticipated_minor",
            currency="k.currency",
            nullable=True,
        ),
        Parameter(
            name="Awarded Amount",
            kind=Kind.MONEY,
            sql="k.awarded_minor",
            currency="k.currency",
            nullable=True,
        ),
        Parameter(name="Awarded Grant", kind=Kind.TRUTH, sql="k.awarded_grant"),
        *of_project("k"),
        *of_segment("k"),
        *OF_LEGACY,
        *of_stamps("k"),
    ),
    names={
        "campaign": "Campaign Name",
        "name": "Title",
        "contactid": "Granting Organization Id",
        "contactname": "Granting Organization Name",
    },
    sorts={
        "title": "k.title",
        "duedate": "k.due_on",
        "awardedamount": comparable("k.awarded_minor", "k.currency"),
        **stamp_sorts("k"),
    },
)
