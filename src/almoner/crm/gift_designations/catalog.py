"""What can be asked of designations: the 73 parameters of the original (crm-api.md 7.1), each naming a column.

The day of thanks is the gift's `acknowledgementDate`. What nobody says of a gift is known of no designation: `NULL`. Gifts have no form and no
submission (they come with gift transactions, which are imported), media outlets have a number and a name and no code, and nothing has a key of a
system before but `Transaction Id`.
"""

from __future__ import annotations

from almoner.crm.communications.catalog import CAMPAIGN_NAMED
from almoner.crm.gifts.catalog import CODED, CONTACT_TYPES, NAMED, RECEIPT_DAY, TRIBUTE_WORDS, detail, unkept
from almoner.crm.gifts.rules import TYPES
from almoner.crm.nearest import near_in_queries
from almoner.crm.segments.catalog import CHAIN
from almoner.crm.tributes.rules import TYPES as TRIBUTE_TYPES
from almoner.kernel.currencies import EXPONENTS
from almoner.platform.query import Catalog, Kind, Parameter, Through, alike
from almoner.platform.query.amounts import comparable

_OF_GIFT = "WHERE g.organization_id = $1 AND g.id = d.gift_id AND ({condition}))"
GIFT = Through(f"EXISTS (SELECT FROM crm_code.queried_gift g {_OF_GIFT}", is_one=True)
CONTACT = Through(
    "EXISTS (SELECT FROM crm_code.queried_gift g JOIN crm_code.queried_contact contact ON contact.organization_id = $1 AND contact.id = g.contact_id"
    f" {_OF_GIFT}",
    is_one=True,
)
OF_PASSED = Through(
    "d.gift_id IN (SELECT h.id FROM crm_code.queried_contact passed JOIN crm_code.queried_gift h ON h.organization_id = $1"
    " AND h.passthrough_contact_ids <> '{}' AND h.passthrough_contact_ids @> ARRAY[passed.id] WHERE passed.organization_id = $1 AND ({condition}))"
)
INDIVIDUAL = Through(
    "EXISTS (SELECT FROM crm_code.queried_gift g JOIN crm_code.queried_individual i ON i.organization_id = $1 AND i.id = g.contact_individual_id"
    f" {_OF_GIFT}",
    is_one=True,
)
_OF_SEGMENTS = (
    "SELECT g.id FROM crm_code.queried_gift g WHERE g.organization_id = $1 AND g.segment_id IN ({})"
)
SEGMENT = Through(f"d.gift_id IN ({_OF_SEGMENTS.format(CHAIN)})", is_one=True)
CAMPAIGN = Through(
    "d.id IN (SELECT s.id FROM crm_code.queried_campaign_part k"
    " JOIN crm_code.queried_campaign c ON c.organization_id = $1 AND c.id = k.campaign_id"
    " JOIN crm_code.queried_designation s ON s.organization_id = $1 AND s.gift_id = k.gift_id"
    " JOIN crm_code.queried_gift g ON g.organization_id = $1 AND g.id = k.gift_id"
    " LEFT JOIN crm_code.queried_gift o ON o.organization_id = $1 AND o.id = g.reverses_id"
    " WHERE k.organization_id = $1 AND ({condition}) AND (k.by_segment OR EXISTS ("
    "SELECT FROM crm_code.queried_campaign_reach r WHERE r.organization_id = $1 AND r.project_id = s.project_id"
    " AND r.campaign_id = k.campaign_id AND r.from_on <= coalesce(o.gift_on, s.gift_on) AND r.before_on > coalesce(o.gift_on, s.gift_on))))"
)
"""Every campaign that a designation is a part of: by its project on the gift's day, or the day of the gift that is taken back; or by the gift's segment."""
RECEIPT_SEGMENT = Through(
    "EXISTS (SELECT FROM crm_code.queried_gift g JOIN crm_code.queried_segment s ON s.organization_id = $1"
    f" AND s.id = {detail('receipt_segment_id', 'bigint')} {_OF_GIFT}",
    is_one=True,
)
PROJECT = Through(
    "d.project_id IN (SELECT p.id FROM crm_code.queried_project p WHERE p.organization_id = $1 AND ({condition}))",
    is_one=True,
)
PARENT = Through(
    "d.project_id IN (SELECT p.id FROM crm_code.queried_project p JOIN crm_code.queried_project parent ON parent.organization_id = $1"
    " AND parent.id = p.parent_id WHERE p.organization_id = $1 AND ({condition}))",
    is_one=True,
)
GIFT_TRIBUTE = Through(
    "d.gift_id IN (SELECT k.gift_id FROM crm_code.queried_gift_tribute k LEFT JOIN crm_code.queried_tribute t ON t.organization_id = $1"
    " AND t.id = k.tribute_id WHERE k.organization_id = $1 AND ({condition}))"
)
ACKNOWLEDGEE = Through(
    "d.gift_id IN (SELECT k.gift_id FROM crm_code.queried_gift_tribute k JOIN crm_code.queried_individual i ON i.organization_id = $1"
    " AND i.id = k.acknowledgee_individual_id WHERE k.organization_id = $1 AND ({condition}))"
)

ALL = (
    "SELECT coalesce(sum(designation_count), 0)::bigint FROM crm.designation_tally WHERE organization_id = $1"
)
OF_PROJECT = (
    "SELECT coalesce(sum(d.designation_count), 0)::bigint FROM crm.designation_tally d"
    " JOIN crm_code.queried_project p ON p.organization_id = $1 AND p.id = d.project_id"
    " WHERE d.organization_id = $1 AND ({condition})"
)


def _gift_sort(column: str) -> str:
    """What designations are sorted by of their gifts."""
    return f"(SELECT {column} FROM crm_code.queried_gift g WHERE g.organization_id = $1 AND g.id = d.gift_id)"  # noqa: S608 - a column of this program's


def _of_detail(name: str, key: str, kind: Kind = Kind.TEXT, type_: str = "text") -> Parameter:
    """What the gift keeps of its details."""
    return Parameter(
        name=name, kind=kind, sql=detail(key, type_), through=GIFT, nullable=kind is not Kind.OBJECT
    )


GIFT_DESIGNATIONS = Catalog(
    noun="gift designation",
    table="crm_code.queried_designation d",
    parameters=(
        Parameter(name="Gift Id", kind=Kind.INT, sql="d.gift_id"),
        Parameter(name="Gift Designation Id", kind=Kind.INT, sql="d.id"),
        Parameter(name="Project Id", kind=Kind.INT, sql="d.project_id", kept_total=OF_PROJECT),
        Parameter(name="Contact Id", kind=Kind.INT, sql="g.contact_id", through=GIFT),
        Parameter(name="Passthrough Contact Id", kind=Kind.INT, sql="passed.id", through=OF_PASSED),
        Parameter(name="Tribute Id", kind=Kind.INT, sql="k.tribute_id", through=GIFT_TRIBUTE, nullable=True),
        Parameter(
            name="Acknowledgee Individual Id",
            kind=Kind.INT,
            sql="k.acknowledgee_individual_id",
            through=GIFT_TRIBUTE,
            nullable=True,
        ),
        Parameter(name="Amount", kind=Kind.MONEY, sql="g.amount_minor", currency="g.currency", through=GIFT),
        Parameter(
            name="Converted Amount Designated", kind=Kind.MONEY, sql="d.amount_minor", currency="d.currency"
        ),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="g.created_at", through=GIFT),
        Parameter(name="Last Modified Date", kind=Kind.INSTANT, sql="g.modified_at", through=GIFT),
        Parameter(name="Create DateTime UTC", kind=Kind.INSTANT, sql="g.created_at", through=GIFT),
        Parameter(name="Last Modified DateTime UTC", kind=Kind.INSTANT, sql="g.modified_at", through=GIFT),
        Parameter(name="Gift Designation Create DateTime UTC", kind=Kind.INSTANT, sql="d.created_at"),
        Parameter(name="Gift Date", kind=Kind.DAY, sql="d.gift_on"),
        _of_detail("Receipt Date", "receipt_date", Kind.DAY, "date"),
        _of_detail("Thank You Date", "acknowledgement_date", Kind.DAY, "date"),
        Parameter(name="Gift Type", kind=Kind.LIST, sql="g.gift_type", values=TYPES, through=GIFT),
        Parameter(name="Currency Code", kind=Kind.LIST, sql="d.currency", values=alike(*sorted(EXPONENTS))),
        Parameter(
            name="Contact Type",
            kind=Kind.LIST,
            sql="contact.contact_type",
            values=CONTACT_TYPES,
            through=CONTACT,
            is_open=True,
        ),
        Parameter(
            name="Tribute Type",
            kind=Kind.LIST,
            sql="k.tribute_type",
            through=GIFT_TRIBUTE,
            values=TRIBUTE_TYPES,
        ),
        Parameter(name="Private", kind=Kind.TRUTH, sql="g.is_private", through=GIFT),
        Parameter(name="Gift Tax-Deductible", kind=Kind.TRUTH, sql="g.is_tax_deductible", through=GIFT),
        *unkept(Kind.TRUTH, "Has Attachment"),
        Parameter(name="Project Tax-Deductible", kind=Kind.TRUTH, sql="p.is_tax_deductible", through=PROJECT),
        Parameter(
            name="Parent Project Tax-Deductible",
            kind=Kind.TRUTH,
            sql="parent.is_tax_deductible",
            through=PARENT,
        ),
        Parameter(name="Contact Archived", kind=Kind.TRUTH, sql="(contact.is_archived)", through=CONTACT),
        *unkept(Kind.OBJECT, "Form"),
        Parameter(name="Segment", kind=Kind.OBJECT, sql="g.segment_code", through=GIFT),
        _of_detail("Media Outlet", "media_outlet", Kind.OBJECT),
        _of_detail("Receipt Segment", "receipt_segment_id", Kind.OBJECT),
        Parameter(name="Individual", kind=Kind.OBJECT, sql="g.contact_individual_id", through=GIFT),
        Parameter(name="Passthrough Contact", kind=Kind.OBJECT, sql="passed.id", through=OF_PASSED),
        Parameter(name="Segment Name", kind=Kind.LOOKUP, sql="s.name", through=SEGMENT),
        Parameter(name="Segment Code", kind=Kind.LOOKUP, sql="g.segment_code", through=GIFT),
        Parameter(name="Receipt Segment Name", kind=Kind.LOOKUP, sql="s.name", through=RECEIPT_SEGMENT),
        Parameter(name="Receipt Segment Code", kind=Kind.LOOKUP, sql="s.code", through=RECEIPT_SEGMENT),
        *unkept(Kind.TEXT, "Form Name"),
        Parameter(name="Package Code", kind=Kind.TEXT, sql="s.package_code", through=SEGMENT),
        _of_detail("Media Outlet Name", "media_outlet"),
        *unkept(Kind.TEXT, "Media Outlet Code"),
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
        Parameter(
            name="Project Name",
            kind=Kind.TEXT,
            sql="p.name",
            through=PROJECT,
            kept_total=OF_PROJECT,
            names_record=NAMED,
            near=near_in_queries("project name"),
        ),
        Parameter(
            name="Project Code",
            kind=Kind.TEXT,
            sql="p.project_code",
            through=PROJECT,
            kept_total=OF_PROJECT,
            names_record=CODED,
            near=near_in_queries("project code"),
        ),
        Parameter(name="Project Type", kind=Kind.TEXT, sql="p.type", through=PROJECT),
        Parameter(name="Parent Project Name", kind=Kind.TEXT, sql="parent.name", through=PARENT),
        Parameter(name="Parent Project Code", kind=Kind.TEXT, sql="parent.project_code", through=PARENT),
        Parameter(name="Contact Name", kind=Kind.TEXT, sql="contact.name", through=CONTACT),
        Parameter(name="Individual First Name", kind=Kind.TEXT, sql="i.first_name", through=INDIVIDUAL),
        Parameter(name="Individual Last Name", kind=Kind.TEXT, sql="i.last_name", through=INDIVIDUAL),
        Parameter(name="Passthrough Contact Name", kind=Kind.TEXT, sql="passed.name", through=OF_PASSED),
        Parameter(name="Tribute First Name", kind=Kind.TEXT, sql="t.first_name", through=GIFT_TRIBUTE),
        Parameter(name="Tribute Last Name", kind=Kind.TEXT, sql="t.last_name", through=GIFT_TRIBUTE),
        Parameter(name="Tribute City", kind=Kind.TEXT, sql="t.city", through=GIFT_TRIBUTE),
        Parameter(name="Tribute State", kind=Kind.STATE, sql="t.state", through=GIFT_TRIBUTE),
        Parameter(name="Acknowledgee First Name", kind=Kind.TEXT, sql="i.first_name", through=ACKNOWLEDGEE),
        Parameter(name="Acknowledgee Last Name", kind=Kind.TEXT, sql="i.last_name", through=ACKNOWLEDGEE),
        *unkept(Kind.TEXT, "Legacy Id", nullable=True),
        Parameter(
            name="Transaction Source", kind=Kind.TEXT, sql="g.transaction_source", through=GIFT, nullable=True
        ),
        Parameter(name="Transaction Id", kind=Kind.TEXT, sql="g.transaction_id", through=GIFT, nullable=True),
        _of_detail("Cash Accounting Code", "cash_accounting_code"),
        Parameter(name="Notes", kind=Kind.TEXT, sql="g.notes", through=GIFT, nullable=True),
        _of_detail("Check Number", "check_number"),
        _of_detail("Credit Card Type", "credit_card_type"),
        *unkept(
            Kind.TEXT,
            "Submission Url",
            "Legacy Contact Id",
            "Passthrough Legacy Contact Id",
            nullable=True,
        ),
        Parameter(
            name="Tribute Description",
            kind=Kind.TEXT,
            sql="k.description",
            through=GIFT_TRIBUTE,
            nullable=True,
        ),
        Parameter(name="Tribute", kind=Kind.TEXT, sql=TRIBUTE_WORDS, through=GIFT_TRIBUTE, nullable=True),
        Parameter(name="Batch", kind=Kind.CODE, sql="g.batch", through=GIFT),
        *unkept(Kind.STATE, "State"),
    ),
    kept_total=ALL,
    names={"project": "Project Name", "amountdesignated": "Converted Amount Designated"},
    sorts={
        "giftdesignationid": "d.id",
        "giftdate": "d.gift_on",
        "amount": comparable("d.amount_minor", "d.currency"),
        "receiptdate": _gift_sort(RECEIPT_DAY),
        "batch": _gift_sort("g.batch"),
        "giftid": "d.gift_id",
    },
)
