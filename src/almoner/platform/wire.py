"""What every shape on the wire is made of: bodies that come in, views that go out, pages of views."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Body(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of request shapes. Unknown keys are dropped; the flag only sends them through the slow reading."""


class View(msgspec.Struct, kw_only=True, rename="camel"):
    """Base of response shapes, sent exactly as declared, nulls included."""


class RaisePage(View, Generic[T], kw_only=True):
    """A page of a list as Raise sends it, and how many records there are on all pages."""

    items: list[T]
    total: int


class CrmPage(View, Generic[T], kw_only=True):
    """A page of a list as CRM+ sends it, and how many records there are on all pages."""

    items: list[T] = msgspec.field(name="list")
    total: int
