"""What can be asked of gifts: each parameter names a column; names are the labels of the columns (raise-api.md 1.2, client-facts.md 39)."""

from __future__ import annotations

from almoner.giving.donors.catalog import NAME, contact_parameters, state_parameter
from almoner.giving.donors.words import by_name, found_by_text
from almoner.giving.gifts.columns import COLUMNS
from almoner.giving.gifts.rules import STATUS_TEXT
from almoner.giving.payments.rules import PAYMENT_TYPES
from almoner.kernel.currencies import EXPONENTS
from almoner.platform.query import Catalog, Kind, Parameter, Through, alike
from almoner.platform.query.amounts import comparable

DONOR = Through(
    "g.donor_id IN (SELECT d.id FROM giving_code.queried_donor d WHERE d.organization_id = $1 AND ({condition}))",
    is_one=True,
)
_OWN = "num_nonnulls(t.billing_address1, t.billing_address2, t.billing_city, t.billing_state, t.billing_postal, t.billing_country) > 0"
BILLING = Through(
    "g.id IN (SELECT b.gift_id FROM ("  # noqa: S608 - from code alone
    "SELECT t.organization_id, t.gift_id, NULL::text AS first_name, NULL::text AS middle_name, NULL::text AS last_name,"
    " NULL::text AS organization_name, NULL::text AS email, NULL::text AS phone, t.billing_address1 AS address1, t.billing_address2 AS address2,"
    " t.billing_city AS city, t.billing_state AS state, t.billing_postal AS postal, t.billing_country AS country"
    f" FROM giving_code.queried_gift_detail t WHERE t.organization_id = $1 AND {_OWN}"
    " UNION ALL SELECT d.organization_id, x.id, d.first_name, d.middle_name, d.last_name, d.organization_name, d.email, d.phone, d.address1,"
    " d.address2, d.city, d.state, d.postal, d.country"
    " FROM giving_code.queried_donor d JOIN giving_code.queried_gift x ON x.organization_id = $1 AND x.donor_id = d.id"
    " WHERE d.organization_id = $1 AND NOT EXISTS (SELECT FROM giving_code.queried_gift_detail t"
    f" WHERE t.organization_id = $1 AND t.gift_id = x.id AND {_OWN})) b WHERE {{condition}})",
    is_one=True,
)
"""The billing address that came with a gift, else its donor's, as the columns tell it; with the donor's words, by which those are found."""
PROJECT = Through(
    "EXISTS (SELECT FROM giving_code.queried_project p WHERE p.organization_id = $1 AND p.id = ANY (g.project_ids) AND ({condition}))"
)
CAMPAIGN = Through(
    "g.campaign_id IN (SELECT c.id FROM giving_code.queried_campaign c WHERE c.organization_id = $1 AND ({condition}))",
    is_one=True,
)
FOUND = (
    "g.id IN (SELECT x.id FROM giving_code.queried_donor d JOIN giving_code.queried_gift x ON x.organization_id = $1 AND x.donor_id = d.id"  # noqa: S608 - from code alone
    f" WHERE d.organization_id = $1 AND {found_by_text('d')}"
    " UNION ALL SELECT x.id FROM giving_code.queried_gift x WHERE x.organization_id = $1 AND x.id = giving_code.number_in({value})"
    " UNION ALL SELECT x.id FROM giving_code.queried_gift x WHERE x.organization_id = $1 AND lower(x.transaction_id) = lower(btrim({value})))"
)
"""Gifts of the donors that a free text finds, the one with this id, and those with this transaction id."""

GIFTS = Catalog(
    noun="gift",
    table="giving_code.queried_gift g",
    parameters=(
        Parameter(name="Id", kind=Kind.INT, sql="g.id"),
        Parameter(name="Date", kind=Kind.DAY, sql="g.gift_on"),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="g.received_at"),
        Parameter(name="Modified Date", kind=Kind.INSTANT, sql="g.modified_at"),
        Parameter(name="Project(s)", kind=Kind.TEXT, sql="p.name", through=PROJECT),
        Parameter(name="Project Id", kind=Kind.INT, sql="p.id", through=PROJECT),
        Parameter(name="Project Code", kind=Kind.CODE, sql="p.code", through=PROJECT),
        Parameter(name="Amount", kind=Kind.MONEY, sql="g.amount_minor", currency="g.currency"),
        Parameter(name="Currency", kind=Kind.LIST, sql="g.currency::text", values=alike(*sorted(EXPONENTS))),
        Parameter(
            name="Status",
            kind=Kind.CHOICE,
            sql="g.status",
            values={label: str(status) for status, label in STATUS_TEXT.items()},
        ),
        Parameter(
            name="Tender Type",
            kind=Kind.LIST,
            sql="g.payment_type",
            values=alike(*PAYMENT_TYPES.values()),
            is_open=True,
        ),
        Parameter(name="Tender Type Info", kind=Kind.TEXT, sql="g.payment_info", nullable=True),
        Parameter(name="Gateway", kind=Kind.TEXT, sql="g.gateway"),
        Parameter(name="Transaction Id", kind=Kind.CODE, sql="g.transaction_id"),
        Parameter(name="Authorization Number", kind=Kind.CODE, sql="g.authorization_number", nullable=True),
        Parameter(name="Donor Id", kind=Kind.INT, sql="g.donor_id"),
        Parameter(name="Donor Name", kind=Kind.TEXT, sql=NAME.format(of="d"), through=DONOR),
        *contact_parameters(
            {
                "Donor First Name": "first_name",
                "Donor Last Name": "last_name",
                "Donor Organization Name": "organization_name",
                "Donor Email": "email",
                "Donor Phone": "phone",
            },
            "d",
            DONOR,
        ),
        Parameter(
            name="Donor CRM Key",
            kind=Kind.CODE,
            sql="(CASE WHEN d.crm_linked THEN d.crm_key END)",
            nullable=True,
            through=DONOR,
        ),
        *contact_parameters(
            {
                "Billing Address Line 1": "address1",
                "Billing Address Line 2": "address2",
                "Billing Address City": "city",
                "Billing Address Postal": "postal",
                "Billing Address Country": "country",
            },
            "b",
            BILLING,
        ),
        state_parameter("Billing Address State", "b", BILLING),
        Parameter(name="Campaign Id", kind=Kind.INT, sql="g.campaign_id", nullable=True),
        Parameter(name="Campaign Name", kind=Kind.TEXT, sql="c.name", nullable=True, through=CAMPAIGN),
        Parameter(name="Segment Code", kind=Kind.CODE, sql="g.segment_code", nullable=True),
        Parameter(name="Motivation Code", kind=Kind.CODE, sql="g.motivation_code", nullable=True),
        Parameter(name="Comment", kind=Kind.TEXT, sql="g.comment", nullable=True),
        Parameter(name="Notes", kind=Kind.TEXT, sql="g.notes", nullable=True),
        Parameter(name="Is Anonymous", kind=Kind.TRUTH, sql="g.is_anonymous"),
        Parameter(name="Is Test Mode", kind=Kind.TRUTH, sql="g.is_test_mode"),
        Parameter(name="Transaction Source", kind=Kind.TEXT, sql="g.source_system", nullable=True),
        Parameter(name="Source Transaction Id", kind=Kind.TEXT, sql="g.source_key", nullable=True),
    ),
    names={
        "giftid": "Id",
        "giftdate": "Date",
        "createddate": "Create Date",
        "createddatetime": "Create Date",
        "project": "Project(s)",
        "projects": "Project(s)",
        "projectname": "Project(s)",
        "currencycode": "Currency",
        "statustext": "Status",
        "segment": "Segment Code",
        "campaign": "Campaign Name",
    },
    sorts={
        "date": "g.gift_on",
        "giftdate": "g.gift_on",
        "createdate": "g.received_at",
        "createddate": "g.received_at",
        "createddatetime": "g.received_at",
        "modifieddate": "g.modified_at",
        "amount": comparable("g.amount_minor", "g.currency"),
        "status": "g.status",
        "donorname": f"(SELECT {by_name('d')} FROM giving_code.queried_donor d"  # noqa: S608 - from our own words
        " WHERE d.organization_id = $1 AND d.id = g.donor_id)",
    },
    kept_total="SELECT coalesce(sum(gift_count), 0)::bigint FROM giving.tally WHERE organization_id = $1",
    found_by_text=FOUND,
    columns=tuple(COLUMNS),
)
