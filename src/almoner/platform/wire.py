"""What every shape on the wire is made of: bodies that come in, views that go out."""

from __future__ import annotations

import msgspec


class Body(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of request shapes. Unknown keys are dropped; the flag only sends them through the slow reading."""


class View(msgspec.Struct, kw_only=True, rename="camel"):
    """Base of response shapes, sent exactly as declared, nulls included."""
