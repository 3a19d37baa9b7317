"""What `QueryOptions` tells: parameters, their types, operators and values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from almoner.platform.query.days import WORDS
from almoner.platform.query.operators import OPERATORS, WITHOUT_VALUE, Operator
from almoner.platform.query.parameters import TYPES, Catalog, Kind, Parameter
from almoner.platform.wire import View, one_of


class OperatorOptionView(View, kw_only=True):
    """One operator."""

    operator: str
    """Its name, as a condition gives it."""
    multiple_values_allowed: bool
    """Whether it compares with any number of `values`."""
    value_required: bool
    """Whether it compares with a value at all."""


class QueryOptionView(View, kw_only=True):
    """One parameter."""

    parameter: str
    """The name of the parameter."""
    type: Annotated[str, one_of(dict.fromkeys(TYPES.values()))]
    """What its values are."""
    operator_options: list[OperatorOptionView]
    """The operators that the original lists for it; whatever else makes sense is taken too."""
    value_options: list[str]
    """The values that can be asked for, where they are a closed list; of a date words for days."""


class QueryOptionsView(View, kw_only=True):
    """What can be asked of a kind of record, custom fields among it."""

    options: list[QueryOptionView]
    """The parameters."""
    operator_options: list[OperatorOptionView]
    """All operators."""


def _operator(operator: Operator) -> OperatorOptionView:
    return OperatorOptionView(
        operator=operator.name,
        multiple_values_allowed=operator.takes_many,
        value_required=operator.does not in WITHOUT_VALUE,
    )


_OPERATORS = {operator.name: _operator(operator) for operator in OPERATORS}


def options_view(catalog: Catalog, more: Iterable[Parameter] = ()) -> QueryOptionsView:
    """The options of a catalog and of the organization's own parameters, each told once."""
    options = [_option(parameter) for parameter in dict.fromkeys((*catalog.parameters, *more))]
    return QueryOptionsView(options=options, operator_options=list(_OPERATORS.values()))


def _option(parameter: Parameter) -> QueryOptionView:
    words = WORDS if parameter.kind in (Kind.DAY, Kind.INSTANT) else ()
    return QueryOptionView(
        parameter=parameter.name,
        type=TYPES[parameter.kind],
        operator_options=[_OPERATORS[name] for name in parameter.operators],
        value_options=list(parameter.values or words),
    )
