"""What can be asked of definitions of fields."""

from __future__ import annotations

from almoner.crm.custom_fields.rules import RECORD_TYPES
from almoner.platform.custom_fields.parameters import parameters as parameters
from almoner.platform.query import Catalog, Kind, Parameter, alike

CUSTOM_FIELDS = Catalog(
    noun="custom field",
    table="crm.custom_field f",
    parameters=(
        Parameter(name="Name", kind=Kind.TEXT, sql="f.name"),
        Parameter(name="Display Name", kind=Kind.TEXT, sql="f.display_name"),
        Parameter(name="Record Type", kind=Kind.LIST, sql="f.record_type", values=alike(*RECORD_TYPES)),
        Parameter(name="Is Archived", kind=Kind.TRUTH, sql="(f.is_archived)"),
    ),
    sorts={"name": "f.name", "displayname": "f.display_name", "recordtype": "f.record_type"},
)


WITH_TEXTS = ("Gift",)
"""The kinds of records whose texts have an index, in lower case: `gift_custom_texts`."""
