"""What every shape on the wire is made of: bodies that come in, views that go out, pages of views; views from records."""

from __future__ import annotations

from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from almoner.kernel.paging import Page

T = TypeVar("T")


class Body(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of request shapes. Unknown keys are dropped; the flag only sends them through the slow reading."""


class View(msgspec.Struct, kw_only=True, rename="camel"):
    """Base of response shapes, sent exactly as declared, nulls included."""


class RaisePage(View, Generic[T], kw_only=True):
    """A page of a list as Raise sends it, and how many records there are on all pages."""

    items: list[T]
    total: int

    @classmethod
    def of(cls, page: Page[T]) -> RaisePage[T]:
        """`page` as Raise sends it."""
        return cls(items=page.items, total=page.total)


class CrmPage(View, Generic[T], kw_only=True):
    """A page of a list as CRM+ sends it, and how many records there are on all pages."""

    items: list[T] = msgspec.field(name="list")
    total: int


S = TypeVar("S", bound=msgspec.Struct)

_decode_rows = msgspec.json.Decoder(list[dict[str, Any]]).decode


def fill(shape: type[S], source: Any, /, **said: Any) -> S:
    """A `shape` (a view, or a record that rules know) of `source`: fields of the same name are taken over, `said` says the rest.

    `source` is a record or a row (a mapping). A field that neither has, and that has no default, is a `TypeError`.
    """
    if hasattr(source, "keys"):
        names = _shared_with_row(shape, tuple(source.keys()))
        taken = {name: source[name] for name in names if name not in said}
    else:
        kind: Any = type(source)
        names = _shared(shape, kind)
        taken = {name: getattr(source, name) for name in names if name not in said}
    return shape(**taken, **said)


def said(body: Body) -> dict[str, Any]:
    """The fields of `body` by name: those with a default of `UNSET` only when they were sent."""
    fields = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {name: value for name, value in fields if value is not msgspec.UNSET}


def rows_of(text: str | None) -> list[dict[str, Any]]:
    """The rows that a statement's `json_agg` made one text of, by column; none when there were none."""
    return [] if text is None else _decode_rows(text)


@cache
def _shared(shape: Any, kind: Any) -> tuple[str, ...]:
    return tuple(name for name in shape.__struct_fields__ if hasattr(kind, name))


@cache
def _shared_with_row(shape: Any, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in shape.__struct_fields__ if name in columns)
