"""Make, change and read the fields that an organization adds to its donors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from almoner.giving.custom_fields.values import Fields
from almoner.giving.custom_fields.views import CustomFieldView, field_view
from almoner.giving.donors.catalog import DONORS
from almoner.giving.events import LOG
from almoner.kernel.custom_fields import (
    Definition,
    checked,
    refuse_taken,
    revised,
    taken,
)
from almoner.kernel.errors import FieldError, found, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.custom_fields.parameters import name_in_queries, parameters, reserved_by
from almoner.platform.database import Tx, load_queries
from almoner.platform.query import Parameter
from almoner.platform.records import Records

_queries = load_queries(__file__)

FIELDS = Records(LOG, "giving.custom_field", field_view)
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


async def create_field(tx: Tx, said: Mapping[str, Any], now: datetime) -> CustomFieldView:
    """Add a field to donors. `Invalid` names everything that is broken, `CustomFieldTaken` a name that is in use."""
    row = checked(said)
    await _queries.hold_names(tx)
    refuse_taken(await _taken(tx, row, None))
    return await FIELDS.make(tx, row, now)


async def change_field(tx: Tx, field_id: int, said: Mapping[str, Any], now: datetime) -> CustomFieldView:
    """Let a field be shown and used otherwise; what is not said stays. Raises as `create_field`, and `NotFound`."""
    await _queries.hold_names(tx)
    was = found(await _queries.row(tx, id=field_id), "custom field", field_id)
    row = revised(said, was)
    refuse_taken(await _taken(tx, {**was, **row}, was))
    return await FIELDS.replace(tx, field_id, row, now)


async def broken_in_new(tx: Tx, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps `create_field` from making a field; null stands for what could not be read."""
    refused = list(refused_by(checked, said))
    return refused or await _taken(tx, checked(said), None)


async def broken_in_change(tx: Tx, field_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """Everything that keeps `change_field` from changing a field; null stands for what could not be read."""
    was = await _queries.row(tx, id=field_id)
    if was is None:
        return []
    refused = list(refused_by(revised, said, was))
    return refused or await _taken(tx, {**was, **revised(said, was)}, was)


async def _taken(tx: Tx, row: Mapping[str, Any], was: Mapping[str, Any] | None) -> list[FieldError]:
    return taken(row, was, await _queries.names(tx), partial(reserved_by, (DONORS,)), "name")
