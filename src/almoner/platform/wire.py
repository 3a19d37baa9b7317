"""What every shape on the wire is made of: bodies that come in, views that go out, pages of views; views from records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

import msgspec

from almoner.kernel.paging import Page

T = TypeVar("T")


Instant = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""The text of an instant (RFC 3339)."""
Day = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date"})]
"""The text of a day (RFC 3339)."""


def one_of(values: Iterable[str]) -> msgspec.Meta:
    """What documents a text as one of a closed list; it checks nothing."""
    return msgspec.Meta(extra_json_schema={"enum": list(values)})


def labelled(labels: Iterable[str]) -> msgspec.Meta:
    """What tells who sends no such number what there are: each number with its word."""
    return msgspec.Meta(extra={"labels": list(labels)})


class Body(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of request shapes. Unknown keys are dropped; the flag only sends them through the slow reading."""


class FormBody(Body):
    """A body whose fields may come from an untouched form: a blank, and 0 for an id, are as if they had been left out. Where null clears, a
    blank text does too.
    """

    is_form: ClassVar[bool] = True
    also_called: ClassVar[Mapping[str, str]] = {}
    """Other names that are taken for fields."""
    not_missed: ClassVar[tuple[str, ...]] = ()
    """Fields whose misspelling is refused where they are not said: without them something else would be done."""
    no_strange_lists: ClassVar[bool] = False
    """Whether any list of an unknown name is refused."""


class OptionalBody(Body):
    """A body that a caller may leave out: an empty one says nothing. All its fields have defaults."""


class ParameterGroup:
    """Base of dataclasses whose fields are parameters of the query that belong together; a handler takes one under any name."""


class View(msgspec.Struct, kw_only=True, rename="camel"):
    """Base of response shapes, sent exactly as declared, nulls included."""


class RaisePage(View, Generic[T], kw_only=True):
    """A page of a list as Raise sends it, and how many records there are on all pages."""

    items: list[T]
    """The records of this page."""
    total: int
    """How many records there are on all pages."""

    @classmethod
    def of(cls, page: Page[T]) -> Self:
        """`page` on the wire."""
        return cls(items=page.items, total=page.total)


class CrmPage(View, Generic[T], kw_only=True):
    """A page of a list as CRM+ sends it, and how many records there are on all pages."""

    items: list[T] = msgspec.field(name="list")
    """The records of this page."""
    total: int
    """How many records there are on all pages."""

    @classmethod
    def of(cls, page: Page[T]) -> Self:
        """`page` on the wire."""
        return cls(items=page.items, total=page.total)


S = TypeVar("S", bound=msgspec.Struct)

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_decode_rows = msgspec.json.Decoder(list[dict[str, Any]]).decode


def fill(shape: type[S], source: Any, /, **said: Any) -> S:
    """A `shape` (a view, or a record that rules know) of `source`: fields of the same name are taken over, `said` says the rest.

    `source` is a record or a row (a mapping). A field that neither has, and that has no default, is a `TypeError`.
    """
    return filler(shape, source, said)(source, said)


def filler(shape: type[S], source: Any, said: dict[str, Any], /) -> Callable[[Any, dict[str, Any]], S]:
    """What `fill` does with `source`, for all that have the same columns and of which `said` says the same names."""
    kind: Any = tuple(source.keys()) if hasattr(source, "keys") else type(source)
    return _filler(shape, kind, tuple(said))


def encode_json(value: object) -> bytes:
    """`value` as JSON text: Decimal as a number with all its digits, aware UTC datetimes ending in Z."""
    return _ENCODER.encode(value)


def told(view: msgspec.Struct) -> dict[str, Any]:
    """The fields of `view` by the names they have on the wire; encoded, it is what is sent."""
    fields: dict[str, Any] = msgspec.to_builtins(view, builtin_types=(Decimal,))
    return fields


@cache
def wire_name(name: str) -> str:
    """The camelCase that a Python name has on the wire."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def said(body: Body) -> dict[str, Any]:
    """The fields of `body` by name: those with a default of `UNSET` only when they were sent."""
    fields = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {name: value for name, value in fields if value is not msgspec.UNSET}


def rows_of(text: str | None) -> list[dict[str, Any]]:
    """The rows that a statement's `json_agg` made one text of, by column; none when there were none."""
    return [] if text is None else _decode_rows(text)


@cache
def _filler(shape: Any, kind: Any, said: tuple[str, ...]) -> Callable[[Any, dict[str, Any]], Any]:
    """What makes a `shape` of a source that is of a type, or has these columns.

    Written out once, as `dataclasses` writes its constructors: it costs a third of gathering the fields at each call.
    """
    is_row = isinstance(kind, tuple)
    fields = [name for name in shape.__struct_fields__ if name not in said]
    taken = [name for name in fields if (name in kind if is_row else hasattr(kind, name))]
    values = (f"{name}=source[{name!r}]" if is_row else f"{name}=source.{name}" for name in taken)
    code = f"lambda source, said: shape({', '.join((*values, '**said'))})"
    return eval(code, {"shape": shape})  # type: ignore[no-any-return]  # noqa: S307 - names of fields alone
