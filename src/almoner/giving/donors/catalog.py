"""What can be asked of donors, and of those of gifts: each parameter names a column (raise-api.md 1.2, 3.1). Names are the labels of the columns."""

from __future__ import annotations

from collections.abc import Mapping

from almoner.giving.donors.columns import COLUMNS
from almoner.giving.donors.words import by_name, found_by_text, holds_words
from almoner.kernel.places import states_of, written_for
from almoner.platform.query import Catalog, Kind, Parameter, Through

_BASE = "(SELECT o.currency FROM platform.organization o WHERE o.organization_id = $1)"
GIVEN = Through(
    "d.id IN (SELECT t.donor_id FROM (SELECT x.donor_id, x.currency, sum(x.kept_minor) AS minor FROM giving_code.queried_gift x"  # noqa: S608 - from code alone
    f" WHERE x.organization_id = $1 AND NOT x.is_test_mode AND x.currency = {_BASE} GROUP BY x.donor_id, x.currency) t WHERE {{condition}})",
    is_one=True,
)
"""What a donor gave in the base currency, less what went back, none of it in test mode."""
DAYS = Through(
    "d.id IN (SELECT t.donor_id FROM (SELECT x.donor_id, min(x.gift_on) AS first_on, max(x.gift_on) AS last_on FROM giving_code.queried_gift x"
    " WHERE x.organization_id = $1 AND NOT x.is_test_mode GROUP BY x.donor_id) t WHERE {condition})",
    is_one=True,
)
CAMPAIGN = Through(
    "d.id IN (SELECT x.donor_id FROM giving_code.queried_gift x JOIN giving_code.queried_campaign c ON c.organization_id = $1"
    " AND c.id = x.campaign_id WHERE x.organization_id = $1 AND ({condition}))"
)
"""Campaigns that the donor gave in."""
NAME = (
    "(CASE WHEN {of}.is_organization AND {of}.organization_name <> '' THEN {of}.organization_name"
    " ELSE coalesce(nullif(concat_ws(' ', nullif(btrim({of}.first_name), ''), nullif(btrim({of}.last_name), '')), ''), {of}.email, '') END)"
)


def state_sql(alias: str) -> str:
    """The full name of a donor's state, as it is told: what stands there, where that is no code of the United States."""
    state, country = f"{alias}.state", f"{alias}.country"
    cases = " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in states_of("US").items())
    here = ", ".join(f"'{word.replace(chr(39), chr(39) * 2)}'" for word in written_for("US"))
    is_here = f"coalesce(btrim({country}), '') = '' OR lower(btrim({country})) IN ({here})"
    return f"(CASE WHEN length(btrim({state})) = 2 AND ({is_here}) THEN CASE upper(btrim({state})) {cases} ELSE {state} END ELSE {state} END)"


def state_parameter(name: str, alias: str, through: Through | None = None) -> Parameter:
    """The parameter of a donor's state, by its full name; it is found by name and by code."""
    cases = " ".join(f"WHEN '{full.lower()}' THEN '{code}'" for code, full in states_of("US").items())
    by_words = holds_words(alias, f"CASE {{value}} {cases} END")
    return Parameter(
        name=name, kind=Kind.STATE, sql=state_sql(alias), nullable=True, through=through, found_by=by_words
    )


def contact_parameters(
    names: Mapping[str, str], alias: str, through: Through | None = None
) -> tuple[Parameter, ...]:
    """Parameters of texts of a donor, each with its column; those that words are made of are found by them."""
    by_words = ("first_name", "middle_name", "last_name", "organization_name", "email", "postal")
    return tuple(
        Parameter(
            name=name,
            kind=Kind.TEXT,
            sql=f"{alias}.{column}",
            nullable=True,
            through=through,
            found_by=holds_words(alias) if column in by_words else None,
        )
        for name, column in names.items()
    )


DONORS = Catalog(
    noun="donor",
    table="giving_code.queried_donor d",
    parameters=(
        Parameter(name="Id", kind=Kind.INT, sql="d.id"),
        Parameter(name="Name", kind=Kind.TEXT, sql=NAME.format(of="d")),
        *contact_parameters(
            {
                "Title": "title",
                "First Name": "first_name",
                "Middle Name": "middle_name",
                "Last Name": "last_name",
                "Suffix": "suffix",
                "Organization Name": "organization_name",
                "Email": "email",
                "Phone": "phone",
                "Address Line 1": "address1",
                "Address Line 2": "address2",
                "City": "city",
            },
            "d",
        ),
        state_parameter("State", "d"),
        *contact_parameters({"Postal": "postal", "Country": "country", "Notes": "notes"}, "d"),
        Parameter(name="Is Organization", kind=Kind.TRUTH, sql="(d.is_organization)"),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="d.created_at"),
        Parameter(name="Modified Date", kind=Kind.INSTANT, sql="d.modified_at"),
        Parameter(
            name="CRM Key", kind=Kind.CODE, sql="(CASE WHEN d.crm_linked THEN d.crm_key END)", nullable=True
        ),
        Parameter(
            name="Seeded CRM Key",
            kind=Kind.CODE,
            sql="(CASE WHEN NOT d.crm_linked THEN d.crm_key END)",
            nullable=True,
        ),
        Parameter(name="CRM Second Key", kind=Kind.CODE, sql="d.crm_second_key", nullable=True),
        Parameter(name="Is Archived", kind=Kind.TRUTH, sql="(d.is_archived)"),
        Parameter(name="Is Test Mode", kind=Kind.TRUTH, sql="(d.is_test_mode)"),
        Parameter(name="Source System", kind=Kind.TEXT, sql="d.source_system", nullable=True),
        Parameter(name="Source Key", kind=Kind.TEXT, sql="d.source_key", nullable=True),
        Parameter(name="Gift Count", kind=Kind.INT, sql="d.gift_count"),
        Parameter(
            name="Lifetime Giving", kind=Kind.MONEY, sql="t.minor", currency="t.currency", through=GIVEN
        ),
        Parameter(name="First Gift Date", kind=Kind.DAY, sql="t.first_on", through=DAYS),
        Parameter(name="Last Gift Date", kind=Kind.DAY, sql="t.last_on", through=DAYS),
        Parameter(name="Campaign Id", kind=Kind.INT, sql="c.id", through=CAMPAIGN),
        Parameter(name="Campaign Name", kind=Kind.TEXT, sql="c.name", through=CAMPAIGN),
    ),
    names={
        "donorid": "Id",
        "donorname": "Name",
        "donorfirstname": "First Name",
        "donorlastname": "Last Name",
        "donoremail": "Email",
        "donorphone": "Phone",
        "postalcode": "Postal",
        "createddate": "Create Date",
        "createddatetime": "Create Date",
        "archived": "Is Archived",
        "testmode": "Is Test Mode",
    },
    sorts={
        "createdate": "d.created_at",
        "createddate": "d.created_at",
        "createddatetime": "d.created_at",
        "modifieddate": "d.modified_at",
        "email": "d.email",
        "name": by_name("d"),
        "giftcount": "d.gift_count",
    },
    found_by_text=found_by_text("d"),
    columns=tuple(COLUMNS),
)
