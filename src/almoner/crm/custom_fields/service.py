"""Make, change and read the fields that an organization adds to its records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from almoner.crm.custom_fields.catalog import CUSTOM_FIELDS
from almoner.crm.custom_fields.reserved import name_in_queries, reserved_by
from almoner.crm.custom_fields.rules import Definition, checked
from almoner.crm.custom_fields.values import Fields
from almoner.crm.custom_fields.views import CustomFieldView, field_view
from almoner.crm.events import LOG
from almoner.kernel.custom_fields import taken
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean
from almoner.platform.custom_fields.parameters import parameters
from almoner.platform.custom_fields.records import FieldRecords
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import (
    ConditionBody,
    Found,
    GroupBody,
    Parameter,
    QueryBody,
    Through,
    Window,
    run_query,
)

_queries = load_queries(__file__)

WITH_TEXTS = ("Gift",)
"""The kinds of records whose texts have an index, in lower case: `gift_custom_texts`."""


async def _taken(tx: Tx, row: Mapping[str, Any], was: Mapping[str, Any] | None) -> list[FieldError]:
    """What keeps its names from being its own: see `taken`."""
    if row["record_type"] is None:
        return []
    others = await _queries.names(tx, record_type=row["record_type"])
    return taken(row, was, others, partial(reserved_by, row["record_type"]), "recordType")


FIELDS = FieldRecords(LOG, "crm.custom_field", field_view, statements=_queries, checked=checked, taken=_taken)


async def fields_of(tx: Tx, record_type: str) -> Fields:
    """The fields in use of a kind of record, to read what a body says of them."""
    rows = await _queries.definitions(tx, record_type=record_type)
    return Fields([Definition(**row) for row in rows])


async def parameters_of(
    tx: Tx, record_type: str, column: str, through: Through | None = None
) -> Mapping[str, Parameter]:
    """The fields in use of a kind of record as parameters of a query; see `catalog.parameters`."""
    definitions = (await fields_of(tx, record_type)).definitions
    called = partial(name_in_queries, record_type)
    return parameters(definitions, column, through, called, has_texts=record_type in WITH_TEXTS)


async def list_fields(
    tx: Tx, record_type: str | None = None, *, archived: bool = False
) -> list[CustomFieldView]:
    """The fields of a kind of record, or of all; those out of use only with `archived`."""
    rows = await _queries.listed(tx, record_type=record_type, archived=archived)
    return await FIELDS.read(tx, [row["id"] for row in rows])


async def search_fields(tx: Tx, text: str, window: Window, now: datetime) -> Found[CustomFieldView]:
    """The fields in use whose name or display name holds `text`, in any case, in the order of names."""
    used = ConditionBody(parameter="Is Archived", operator="IsFalse")
    named = clean(text) and [
        [ConditionBody(parameter=name, operator="Contains", value=text)] for name in ("Name", "Display Name")
    ]
    groups = [GroupBody(conditions=[used, *each]) for each in named or [[]]]
    body = QueryBody(groups=groups, sort_by="Name")
    return await run_query(tx, CUSTOM_FIELDS, body, window, FIELDS.read, now)
