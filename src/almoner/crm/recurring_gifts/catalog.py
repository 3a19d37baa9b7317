"""What can be asked of recurring gifts (client-facts.md 18): each parameter names a column, or what came of it."""

from __future__ import annotations

from almoner.crm.changes import FREQUENCIES
from almoner.crm.commitments.parameters import (
    OF_LEGACY,
    listed,
    of_contact,
    of_segment,
    of_stamps,
    stamp_sorts,
)
from almoner.crm.gifts.catalog import CODED, NAMED
from almoner.crm.nearest import near_in_queries
from almoner.crm.recurring_gifts.rules import STATUSES
from almoner.kernel.currencies import EXPONENTS
from almoner.platform.query import TODAY, Catalog, Kind, Parameter, Through, alike
from almoner.platform.query.amounts import comparable

_STATUS = f"(CASE WHEN k.cancelled_at IS NOT NULL THEN 'Cancelled' WHEN k.first_open_on < {TODAY} THEN 'PastDue' ELSE 'UpToDate' END)"
_NEXT = "(CASE WHEN k.track_payments THEN k.first_open_on ELSE k.next_expected_on END)"
"""As the index `recurring_gift_next` has it."""
_SEGMENT_CODE = "coalesce((SELECT t.code FROM crm_code.queried_segment t WHERE t.organization_id = $1 AND t.id = k.segment_id), k.segment_code)"
"""That of its segment, or one that another system sent and that no segment has."""
PROJECT = Through(
    "EXISTS (SELECT FROM crm_code.queried_project p WHERE p.organization_id = $1 AND p.id = ANY (k.designation_project_ids)"
    " AND ({condition}))"
)

RECURRING_GIFTS = Catalog(
    noun="recurring gift",
    table="crm_code.queried_recurring_gift k",
    parameters=(
        Parameter(name="Recurring Gift Id", kind=Kind.INT, sql="k.id"),
        *of_contact("k"),
        Parameter(name="Transaction Source", kind=Kind.TEXT, sql="k.transaction_source", nullable=True),
        Parameter(name="Transaction Id", kind=Kind.TEXT, sql="k.transaction_id", nullable=True),
        Parameter(name="Recurring Gift Date", kind=Kind.DAY, sql="k.started_on"),
        Parameter(name="Start Date", kind=Kind.DAY, sql="k.started_on"),
        Parameter(name="Anticipated End Date", kind=Kind.DAY, sql="k.anticipated_end_on", nullable=True),
        Parameter(name="Cancel Date", kind=Kind.INSTANT, sql="k.cancelled_at", nullable=True),
        Parameter(name="Next Expected Payment Date", kind=Kind.DAY, sql=_NEXT, nullable=True),
        Parameter(name="Amount", kind=Kind.MONEY, sql="k.amount_minor", currency="k.currency"),
        Parameter(
            name="Currency Code", kind=Kind.LIST, sql="k.currency::text", values=alike(*sorted(EXPONENTS))
        ),
        listed("Frequency", "k.frequency", FREQUENCIES),
        listed("Status", _STATUS, STATUSES),
        Parameter(name="Automated Payments", kind=Kind.TRUTH, sql="k.automated_payments"),
        Parameter(name="Track Payments", kind=Kind.TRUTH, sql="k.track_payments"),
        Parameter(name="Private", kind=Kind.TRUTH, sql="k.is_private"),
        *of_segment("k", _SEGMENT_CODE),
        Parameter(name="Project Id", kind=Kind.INT, sql="p.id", through=PROJECT),
        Parameter(
            name="Project Name",
            kind=Kind.TEXT,
            sql="p.name",
            through=PROJECT,
            names_record=NAMED,
            near=near_in_queries("project name"),
        ),
        Parameter(
            name="Project Code",
            kind=Kind.TEXT,
            sql="p.project_code",
            through=PROJECT,
            names_record=CODED,
            near=near_in_queries("project code"),
        ),
        *OF_LEGACY,
        *of_stamps("k"),
    ),
    names={"recurringgiftid": "Recurring Gift Id", "campaign": "Campaign Name", "convertedamount": "Amount"},
    sorts={
        "recurringgiftdate": "k.started_on",
        "startdate": "k.started_on",
        "nextexpectedpaymentdate": _NEXT,
        "amount": comparable("k.amount_minor", "k.currency"),
        "recurringgiftid": "k.id",
        **stamp_sorts("k"),
    },
)
