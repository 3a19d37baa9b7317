"""What can be asked of premiums. The original's list is not known (crm-api.md 7.1): the fields of a premium, by their names with blanks."""

from __future__ import annotations

from almoner.platform.query import Catalog, Kind, Parameter

_STAMPS = {
    "Create Date": "p.created_at",
    "Last Modified Date": "p.modified_at",
    "Create DateTime UTC": "p.created_at",
    "Last Modified DateTime UTC": "p.modified_at",
}

PREMIUMS = Catalog(
    noun="premium",
    table="crm_code.queried_premium p",
    parameters=(
        Parameter(name="Premium Id", kind=Kind.INT, sql="p.id"),
        Parameter(name="Premium Name", kind=Kind.TEXT, sql="p.name"),
        Parameter(name="Premium Code", kind=Kind.TEXT, sql="p.code"),
        Parameter(name="Description", kind=Kind.TEXT, sql="p.description", nullable=True),
        Parameter(name="Price", kind=Kind.MONEY, sql="p.price_minor", currency="p.currency"),
        Parameter(
            name="Fair Market Value", kind=Kind.MONEY, sql="p.fair_market_value_minor", currency="p.currency"
        ),
        Parameter(name="Cost", kind=Kind.MONEY, sql="p.cost_minor", currency="p.currency"),
        Parameter(name="Inventory Count", kind=Kind.INT, sql="p.inventory_count"),
        Parameter(name="Is Active", kind=Kind.TRUTH, sql="p.is_active"),
        *(Parameter(name=name, kind=Kind.INSTANT, sql=sql) for name, sql in _STAMPS.items()),
    ),
    names={"id": "Premium Id", "name": "Premium Name", "code": "Premium Code", "active": "Is Active"},
    sorts={
        "name": "p.name",
        "premiumname": "p.name",
        "code": "p.code",
        "premiumcode": "p.code",
        "inventorycount": "p.inventory_count",
        "createddatetime": "p.created_at",
        "createdate": "p.created_at",
        "lastmodifieddate": "p.modified_at",
    },
)
