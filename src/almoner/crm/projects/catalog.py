"""What can be asked of projects. The original's list is not known (crm-api.md 7.1): the fields of a project, by their names with blanks."""

from __future__ import annotations

from almoner.platform.query import NOW, Catalog, Kind, Parameter, Through

_BASE = "(SELECT o.currency FROM platform.organization o WHERE o.organization_id = $1)"
_OF = f"FROM crm.project_giving t WHERE t.organization_id = $1 AND t.project_id = p.id AND t.year = 0 AND t.currency = {_BASE}"
_GIVEN = f"coalesce((SELECT sum(t.given_minor) {_OF}), 0)"
_SPENT = (
    "coalesce((SELECT sum(e.spent_minor) FROM crm.project_spending e"
    " WHERE e.organization_id = $1 AND e.project_id = p.id AND e.year = 0), 0)"
)
_BALANCE = f"(p.beginning_balance_minor + p.balance_change_minor + {_GIVEN} - {_SPENT})"
_STATUS = f"CASE WHEN p.temporary_until > {NOW} THEN p.temporary_status ELSE p.inventory_status END"
_COUNT = f"(SELECT coalesce(sum(t.gift_count), 0) {_OF})"
PARENT = Through(
    "EXISTS (SELECT FROM crm_code.queried_project parent WHERE parent.organization_id = $1 AND parent.id = p.parent_id"
    " AND ({condition}))",
    is_one=True,
)


def _texts(**columns: str) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name=name.replace("_", " "), kind=Kind.TEXT, sql=f"p.{column}", nullable=True)
        for name, column in columns.items()
    )


def _truths(**columns: str) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name=name.replace("_", " "), kind=Kind.TRUTH, sql=f"p.{column}")
        for name, column in columns.items()
    )


def _money(name: str, sql: str) -> Parameter:
    return Parameter(name=name, kind=Kind.MONEY, sql=sql, currency=_BASE)


PROJECTS = Catalog(
    noun="project",
    table="crm_code.queried_project p",
    parameters=(
        Parameter(name="Project Id", kind=Kind.INT, sql="p.id"),
        Parameter(name="Project Name", kind=Kind.TEXT, sql="p.name"),
        Parameter(name="Project Code", kind=Kind.TEXT, sql="p.project_code"),
        *_texts(
            External_Accounting_Code="external_accounting_code",
            Revenue_Accounting_Code="revenue_accounting_code",
            Online_Display_Name="online_display_name",
            Description="description",
            Type="type",
            Location="location",
            Duration_Type="duration_type",
            Financial_Need_Type="financial_need_type",
            Financial_Need_Frequency="financial_need_frequency",
        ),
        Parameter(name="Inventory Status", kind=Kind.TEXT, sql=_STATUS, nullable=True),
        *_truths(
            Is_Active="is_active",
            Is_Public="is_public",
            Is_Available_Online="is_available_online",
            Is_Tax_Deductible="is_tax_deductible",
            Is_Limited_To_Financial_Need="is_limited_to_financial_need",
            Is_Restricted_To_Gift_Specifications="is_restricted_to_gift_specifications",
            Treat_As_Accounts_Payable="treat_as_accounts_payable",
            Enable_Sync="enable_sync",
        ),
        Parameter(name="Is Sub Project", kind=Kind.TRUTH, sql="(p.parent_id IS NOT NULL)"),
        Parameter(name="Parent Project Id", kind=Kind.INT, sql="p.parent_id", nullable=True),
        Parameter(name="Parent Project Name", kind=Kind.TEXT, sql="parent.name", through=PARENT),
        Parameter(name="Parent Project Code", kind=Kind.TEXT, sql="parent.project_code", through=PARENT),
        _money("Beginning Balance", "p.beginning_balance_minor"),
        _money("Current Balance", _BALANCE),
        _money("Financial Need Amount", "p.financial_need_minor"),
        _money("Life To Date Giving", _GIVEN),
        _money("Life To Date Expense Total", _SPENT),
        Parameter(name="Life To Date Gift Count", kind=Kind.INT, sql=_COUNT),
        Parameter(name="Start Date", kind=Kind.DAY, sql="p.start_on", nullable=True),
        Parameter(name="End Date", kind=Kind.DAY, sql="p.end_on", nullable=True),
        Parameter(name="Create Date", kind=Kind.INSTANT, sql="p.created_at"),
        Parameter(name="Last Modified Date", kind=Kind.INSTANT, sql="p.modified_at"),
        Parameter(name="Create DateTime UTC", kind=Kind.INSTANT, sql="p.created_at"),
        Parameter(name="Last Modified DateTime UTC", kind=Kind.INSTANT, sql="p.modified_at"),
    ),
    names={
        "name": "Project Name",
        "code": "Project Code",
        "id": "Project Id",
        "active": "Is Active",
        "public": "Is Public",
        "availableonline": "Is Available Online",
        "taxdeductible": "Is Tax Deductible",
        "parentid": "Parent Project Id",
        "parentname": "Parent Project Name",
    },
    sorts={
        "name": "p.name",
        "projectname": "p.name",
        "projectcode": "p.project_code",
        "createddatetime": "p.created_at",
        "createdate": "p.created_at",
        "createdatetimeutc": "p.created_at",
        "lastmodifieddate": "p.modified_at",
        "lastmodifieddatetimeutc": "p.modified_at",
        "currentbalance": _BALANCE,
        "lifetodategiving": _GIVEN,
    },
)
