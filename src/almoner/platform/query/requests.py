"""What comes in: the body of every `Query`, and the parameters beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from almoner.kernel.paging import SKIP_MAX
from almoner.platform.wire import Body, ParameterGroup

TAKE_DEFAULT, TAKE_MAX = 10, 1000

# Bounds are told and not read by the shapes: what is out of them is refused with everything else that is wrong with the query.
Skip = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": SKIP_MAX})]
Take = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": TAKE_MAX})]
Value = Annotated[Any, Meta(extra_json_schema={"type": ["string", "number", "boolean", "null"]})]
_TAKE = "How many records to answer with: 10 when it is left out, at most 1,000; may stand in the body."
_CURSOR = "An extension: the `X-Next-Cursor` of the page before, of the same query. Each page of a sweep then costs the same."


class ConditionBody(Body):
    """What one parameter of a record has to be."""

    parameter: str
    """The name of the parameter, as `QueryOptions` lists it."""
    operator: str
    """How the values are compared, as `QueryOptions` lists it for the parameter; spelt with blanks or without."""
    value: Value = None
    """What it is compared with: text or number, a day, or words for one such as `30 Days Ago`."""
    secondary_value: Value = None
    """The other end of `Between`, which holds both."""
    values: list[Value] | None = None
    """Several values, of which any will do."""


class GroupBody(Body):
    """Conditions that must all hold."""

    conditions: list[ConditionBody] = msgspec.field(default_factory=list)
    """What must hold of a record; nothing is asked when there are none."""


class QueryBody(Body):
    """Which records are wanted: those of which one group holds. Without groups, all."""

    groups: list[GroupBody] | None = None
    """Groups of conditions: at most 2,000, with 2,000 conditions and 10,000 values between them."""
    sort_by: str | None = None
    """What to sort by, in any case; the id when it is left out. Another name is ignored, and the answer says so."""
    descending: bool = False
    """Whether to begin with the greatest."""
    skip: Skip | None = None
    """How many records to pass over, where the address does not say."""
    take: Take | None = None
    """How many records to answer with, where the address does not say."""


class SelectingBody(QueryBody):
    """A query that also says what it wants to be told of each record (raise-api.md 1.2)."""

    filter: Annotated[str, Meta(max_length=1000)] | None = None
    """Free text that a record has to be found by, beside the groups; nothing is asked when it is blank."""
    selected_columns: list[str] | None = None
    """Names of columns, in any case. `metadata` of each record has their texts, in this order."""
    include_details: bool = False
    """Whether the records that each one names are told with it, where there are any."""
    query_type: int | None = None
    """Taken and passed by: the address says what is asked for."""


@dataclass(frozen=True, slots=True)
class Window(ParameterGroup):
    """What the address of a query says beside its body."""

    skip: Annotated[
        Skip | None, Meta(description="How many records to pass over; may stand in the body.")
    ] = None
    take: Annotated[Take | None, Meta(description=_TAKE)] = None
    cursor: Annotated[str | None, Meta(description=_CURSOR)] = None
