"""What can be asked of gifts (crm-api.md 7.1; client-facts.md 18): each parameter names a column."""

from __future__ import annotations

from almoner.crm.communications.catalog import CAMPAIGN_NAMED
from almoner.crm.gifts.rules import TYPES
from almoner.crm.nearest import near_in_queries
from almoner.crm.segments.catalog import CHAIN
from almoner.crm.tributes.rules import TYPES as TRIBUTE_TYPES
from almoner.kernel.currencies import EXPONENTS
from almoner.platform.query import Catalog, Kind, Parameter, Through, alike
from almoner.platform.query.amounts import comparable

CONTACT = Through(
    "EXISTS (SELECT FROM crm_code.queried_contact contact WHERE contact.organization_id = $1 AND contact.id = g.contact_id AND ({condition}))",
    is_one=True,
)
DESIGNATION = Through(
    "g.id IN (SELECT d.gift_id FROM crm_code.queried_designation d WHERE d.organization_id = $1 AND ({condition}))"
)
PROJECT = Through(
    "g.id IN (SELECT d.gift_id FROM crm_code.queried_designation d JOIN crm_code.queried_project p ON p.organization_id = $1 AND p.id = d.project_id"
    " WHERE d.organization_id = $1 AND ({condition}))"
)
SEGMENT = Through(f"g.segment_id IN ({CHAIN})", is_one=True)
CAMPAIGN = Through(
    "g.id IN (SELECT k.gift_id FROM crm_code.queried_campaign_part k JOIN crm_code.queried_campaign c ON c.organization_id = $1"
    " AND c.id = k.campaign_id WHERE k.organization_id = $1 AND ({condition}))"
)
"""Every campaign that a gift is a part of: by its projects on its day (seed page, Campaigns), or by what its segment says."""
_A_PROJECT = "EXISTS (SELECT FROM crm_code.queried_project p WHERE p.organization_id = $1 AND lower(p.{}) = lower(word))"
NAMED, CODED = _A_PROJECT.format("name"), _A_PROJECT.format("project_code")
"""That there is a project of this name, or code: what names none is refused rather than answered with nothing (crm-api.md 4)."""
PASSED = Through(
    "g.id IN (SELECT h.id FROM crm_code.queried_contact passed JOIN crm_code.queried_gift h ON h.organization_id = $1"
    " AND h.passthrough_contact_ids <> '{}' AND h.passthrough_contact_ids @> ARRAY[passed.id] WHERE passed.organization_id = $1 AND ({condition}))"
)
"""Of the contact first: the index of passthroughs finds its gifts."""


def detail(name: str, type_: str = "text") -> str:
    """What a gift keeps of its details under a name of the program's."""
    return f"((g.details ->> '{name}')::{type_})"


def unkept(kind: Kind, *names: str, nullable: bool = False) -> tuple[Parameter, ...]:
    """What the original can be asked and this version does not keep: it is known of no record."""
    types = {Kind.INT: "bigint", Kind.DAY: "date", Kind.TRUTH: "boolean"}
    null = f"NULL::{types.get(kind, 'text')}"
    return tuple(Parameter(name=name, kind=kind, sql=null, nullable=nullable) for name in names)


RECEIPT_DAY = "(g.details ->> 'receipt_date')"
"""The day of a receipt as it is kept, `2026-03-02`: its texts sort as the days do, and an index can have them."""

CONTACT_TYPES = alike("Foundation", "Household", "Organization")

TRIBUTE_WORDS = "coalesce(k.description, concat_ws(' ', t.first_name, t.last_name))"
TRIBUTE = Through(
    "g.id IN (SELECT k.gift_id FROM crm_code.queried_gift_tribute k LEFT JOIN crm_code.queried_tribute t ON t.organization_id = $1"
    " AND t.id = k.tribute_id WHERE k.organization_id = $1 AND ({condition}))"
)
PREMIUM = Through(
    "g.id IN (SELECT k.gift_id FROM crm_code.queried_gift_premium k JOIN crm_code.queried_premium p ON p.organization_id = $1"
    " AND p.id = k.premium_id WHERE k.organization_id = $1 AND ({condition}))"
)

GIFTS = Catalog(
    noun="gift",
    table="crm_code.queried_gift g",
    parameters=(
        Parameter(name="Gift Id", kind=Kind.INT, sql="g.id"),
        Parameter(name="Contact Id", kind=Kind.INT, sql="g.contact_id"),
        Parameter(name="Amount", kind=Kind.MONEY, sql="g.amount_minor", currency="g.currency"),
        Parameter(name="Gift Date", kind=Kind.DAY, sql="g.gift_on"),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="g.created_at"),
        Parameter(name="Last Modified Date", kind=Kind.INSTANT, sql="g.modified_at"),
        Parameter(name="Create DateTime UTC", kind=Kind.INSTANT, sql="g.created_at"),
        Parameter(name="Last Modified DateTime UTC", kind=Kind.INSTANT, sql="g.modified_at"),
        Parameter(name="Gift Type", kind=Kind.LIST, sql="g.gift_type", values=TYPES),
        Parameter(
            name="Currency Code", kind=Kind.LIST, sql="g.currency::text", values=alike(*sorted(EXPONENTS))
        ),
        Parameter(name="Contact Name", kind=Kind.TEXT, sql="contact.name", through=CONTACT),
        Parameter(
            name="Contact Type",
            kind=Kind.LIST,
            sql="contact.contact_type",
            through=CONTACT,
            values=CONTACT_TYPES,
            is_open=True,
        ),
        Parameter(name="Contact Archived", kind=Kind.TRUTH, sql="(contact.is_archived)", through=CONTACT),
        Parameter(name="Private", kind=Kind.TRUTH, sql="g.is_private"),
        Parameter(name="Gift Tax-Deductible", kind=Kind.TRUTH, sql="g.is_tax_deductible"),
        Parameter(name="Has Gift Splits", kind=Kind.TRUTH, sql="(cardinality(g.designation_ids) > 1)"),
        # No gift can have an attachment yet: asked for with one, none is found.
        Parameter(name="Has Attachment", kind=Kind.TRUTH, sql="(false)"),
        Parameter(name="Segment Code", kind=Kind.LOOKUP, sql="g.segment_code"),
        Parameter(name="Segment Id", kind=Kind.INT, sql="g.segment_id", nullable=True),
        Parameter(name="Segment Name", kind=Kind.LOOKUP, sql="s.name", through=SEGMENT),
        Parameter(name="Package Code", kind=Kind.TEXT, sql="s.package_code", through=SEGMENT),
        Parameter(name="Communication Name", kind=Kind.TEXT, sql="m.name", through=SEGMENT),
        Parameter(name="Communication Channel", kind=Kind.TEXT, sql="m.channel_type", through=SEGMENT),
        Parameter(name="Campaign Id", kind=Kind.INT, sql="c.id", through=CAMPAIGN),
        Parameter(
            name="Campaign Name",
            kind=Kind.TEXT,
            sql="c.name",
            through=CAMPAIGN,
            names_record=CAMPAIGN_NAMED,
            near=near_in_queries("campaign name"),
        ),
        Parameter(name="Batch", kind=Kind.CODE, sql="g.batch"),
        Parameter(name="Transaction Source", kind=Kind.TEXT, sql="g.transaction_source", nullable=True),
        Parameter(name="Transaction Id", kind=Kind.TEXT, sql="g.transaction_id", nullable=True),
        Parameter(name="Notes", kind=Kind.TEXT, sql="g.notes", nullable=True),
        Parameter(name="Receipt Date", kind=Kind.DAY, sql=detail("receipt_date", "date"), nullable=True),
        Parameter(name="Check Number", kind=Kind.TEXT, sql=detail("check_number"), nullable=True),
        Parameter(name="Credit Card Type", kind=Kind.TEXT, sql=detail("credit_card_type"), nullable=True),
        Parameter(
            name="Cash Accounting Code", kind=Kind.TEXT, sql=detail("cash_accounting_code"), nullable=True
        ),
        Parameter(name="Media Outlet Name", kind=Kind.TEXT, sql=detail("media_outlet"), nullable=True),
        Parameter(
            name="Passthrough Contact Id", kind=Kind.INT, sql="passed.id", through=PASSED, nullable=True
        ),
        Parameter(
            name="Passthrough Contact Name", kind=Kind.TEXT, sql="passed.name", through=PASSED, nullable=True
        ),
        Parameter(name="Project Id", kind=Kind.INT, sql="d.project_id", through=DESIGNATION),
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
        Parameter(name="Tribute Id", kind=Kind.INT, sql="k.tribute_id", through=TRIBUTE, nullable=True),
        Parameter(
            name="Tribute Type", kind=Kind.LIST, sql="k.tribute_type", through=TRIBUTE, values=TRIBUTE_TYPES
        ),
        Parameter(name="Tribute", kind=Kind.TEXT, sql=TRIBUTE_WORDS, through=TRIBUTE, nullable=True),
        Parameter(name="Tribute First Name", kind=Kind.TEXT, sql="t.first_name", through=TRIBUTE),
        Parameter(name="Tribute Last Name", kind=Kind.TEXT, sql="t.last_name", through=TRIBUTE),
        Parameter(
            name="Acknowledgee Individual Id",
            kind=Kind.INT,
            sql="k.acknowledgee_individual_id",
            through=TRIBUTE,
            nullable=True,
        ),
        Parameter(name="Premium Id", kind=Kind.INT, sql="p.id", through=PREMIUM),
        Parameter(name="Premium Name", kind=Kind.TEXT, sql="p.name", through=PREMIUM),
        Parameter(name="Premium Code", kind=Kind.TEXT, sql="p.code", through=PREMIUM),
    ),
    names={"project": "Project Name", "segment": "Segment Code", "campaign": "Campaign Name"},
    sorts={
        "giftdate": "g.gift_on",
        "receiptdate": RECEIPT_DAY,
        "amount": comparable("g.amount_minor", "g.currency"),
        "batch": "g.batch",
        "createddatetime": "g.created_at",
        "createdate": "g.created_at",
        "createdatetimeutc": "g.created_at",
        "lastmodifieddate": "g.modified_at",
        "lastmodifieddatetimeutc": "g.modified_at",
    },
)
