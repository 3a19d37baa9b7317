"""Values that a caller writes into path and query: typed, bounded, and all that is wrong with them told at once."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from almoner.kernel.errors import FieldError, NotFound
from almoner.kernel.ids import ID_MAX
from almoner.platform.http.field_errors import field_error

REQUIRED: Any = inspect.Parameter.empty
_SCALARS = (str, int, bool, date, datetime, Decimal)
_BIGINT = Annotated[int, msgspec.Meta(ge=-ID_MAX, le=ID_MAX)]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the path or the query, under its names in the handler and on the wire."""

    name: str
    wire: str
    shape: Any
    """What msgspec is to make of the text; integers are bounded to what a bigint holds."""
    default: Any = REQUIRED
    description: str = ""


def parameter_shape(hint: Any) -> Any:
    """What the text of a parameter annotated `hint` becomes; None when no caller can write such a value."""
    if _bare(hint) not in _SCALARS:
        return None
    plain = _undescribed(hint)
    return {int: _BIGINT, int | None: _BIGINT | None}.get(plain, plain)


def _undescribed(hint: Any) -> Any:
    """The annotation without what only says what a value means, the option of None among others."""
    if get_origin(hint) in (Union, types.UnionType):
        return Union[tuple(_undescribed(option) for option in get_args(hint))]  # noqa: UP007 - of a computed tuple
    return get_args(hint)[0] if _is_only_described(hint) else hint


def _is_only_described(hint: Any) -> bool:
    """Whether the annotation says what a value means and asks nothing of it."""
    if get_origin(hint) is not Annotated:
        return False
    _, *metas = get_args(hint)
    return all(meta == msgspec.Meta(description=meta.description) for meta in metas)


def parameter_words(name: str, hint: Any) -> str:
    """What is said of the parameter `name` in its annotation; of an id that needs no words, whose it is."""
    for meta in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
        if isinstance(meta, msgspec.Meta) and meta.description:
            return str(meta.description)
    return f"The id of the {name.removesuffix('_id').replace('_', ' ')}." if name.endswith("_id") else ""


def _bare(hint: Any) -> Any:
    """The one type in `hint`, without None and annotations."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        options = [option for option in get_args(hint) if option is not types.NoneType]
        return _bare(options[0]) if len(options) == 1 else None
    return hint


def _written(shape: Any) -> Any:
    """What a text that is there may be: nothing is said by leaving a parameter out, not by the word `null`."""
    options = [option for option in get_args(shape) if option is not types.NoneType]
    return options[0] if get_origin(shape) in (Union, types.UnionType) and len(options) == 1 else shape


def record_id(text: str) -> int:
    """The id in a path; `NotFound` when it is none or larger than any."""
    if not (text.isascii() and text.isdigit()):
        raise NotFound(f"There is no operation at this address, and '{text[:60]}' is no id.")
    if len(text) <= 19 and (number := int(text)) <= ID_MAX:
        return number
    raise NotFound("There is no record with this id.")


class QueryReader:
    """Reads the values of some parameters: all in one pass when they are right, else one by one to tell what is wrong."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._parameters = tuple(replace(one, shape=_written(one.shape)) for one in parameters)
        self._has_decimals = any(_bare(parameter.shape) is Decimal for parameter in self._parameters)
        # A struct, because msgspec works out anew on each call what a bare `int | None` asks for.
        self._shape = msgspec.defstruct(
            "Query",
            [_field(parameter) for parameter in self._parameters],
            rename={parameter.name: parameter.wire.lower() for parameter in self._parameters},
            kw_only=True,
        )

    def read(self, query: Mapping[str, str], errors: list[FieldError]) -> dict[str, Any]:
        """The values by Python name. What is missing or wrong is added to `errors`; what is blank is as if it was left out."""
        if any(not text.strip() for text in query.values()):
            query = {name: text for name, text in query.items() if text.strip()}
        if self._has_decimals:
            return self._read_each(query, errors)
        try:
            return msgspec.structs.asdict(msgspec.convert(query, self._shape, strict=False))
        except msgspec.ValidationError:
            return self._read_each(query, errors)

    def _read_each(self, query: Mapping[str, str], errors: list[FieldError]) -> dict[str, Any]:
        values = {}
        for parameter in self._parameters:
            text = query.get(parameter.wire.lower())
            if text is not None:
                values[parameter.name] = read_value(parameter, text, errors)
            elif parameter.default is REQUIRED:
                errors.append(FieldError(parameter.wire, "REQUIRED", "This field is required."))
            else:
                values[parameter.name] = parameter.default
        return values


def _field(parameter: Parameter) -> Any:
    bare = (parameter.name, parameter.shape)
    return bare if parameter.default is REQUIRED else (*bare, parameter.default)


def read_value(parameter: Parameter, text: str, errors: list[FieldError]) -> Any:
    """`text` as the parameter's type; when it is none, that is added to `errors`."""
    if parameter.shape is str:
        return text
    try:
        value = msgspec.convert(text, parameter.shape, strict=False)
    except msgspec.ValidationError as error:
        errors.append(field_error(parameter.wire, str(error)))
        return None
    if type(value) is Decimal and not value.is_finite():
        errors.append(FieldError(parameter.wire, "INVALID", "Expected a finite number."))
    return value
