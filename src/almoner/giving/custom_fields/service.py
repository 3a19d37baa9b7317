"""Make, change and read the fields that an organization adds to its donors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from almoner.giving.custom_fields.values import Fields
from almoner.giving.custom_fields.views import CustomFieldView, field_view
from almoner.giving.donors.catalog import DONORS
from almoner.giving.events import LOG
from almoner.kernel.custom_fields import Definition, checked, taken
from almoner.kernel.errors import FieldError
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.custom_fields.parameters import name_in_queries, parameters, reserved_by
from almoner.platform.custom_fields.records import FieldRecords
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import Parameter

_queries = load_queries(__file__)


async def _taken(tx: Tx, row: Mapping[str, Any], was: Mapping[str, Any] | None) -> list[FieldError]:
    return taken(row, was, await _queries.names(tx), partial(reserved_by, (DONORS,)), "name")


FIELDS = FieldRecords(
    LOG, "giving.custom_field", field_view, statements=_queries, checked=checked, taken=_taken
)
SORTS = {"id": "id", "name": "name", "displayname": "display_name", "createddatetime": "created_at"}


async def fields_of(tx: Tx) -> Fields:
    """The fields of donors in use, to read what a body says of them."""
    return Fields([Definition(**row) for row in await _queries.definitions(tx)])


async def own_parameters(tx: Tx) -> Mapping[str, Parameter]:
    """The fields in use as parameters of a query of donors."""
    definitions = (await fields_of(tx)).definitions
    return parameters(definitions, "d.custom_values", called=partial(name_in_queries, (DONORS,)))


async def list_fields(tx: Tx, paging: Paging, filter_: str | None) -> Page[CustomFieldView]:
    """A page of fields, archived ones among them, of those whose id or name holds `filter_`, and how many there are."""
    return await FIELDS.page(tx, _queries.chosen, paging, filter=clean(filter_))
