"""What comes in about motivation codes (raise-api.md 3.8: the resource is named, its shape is not public)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body


class MotivationCodeBody(Body):
    """A motivation code, new or as it is from now on: what is left out is cleared, and it is active."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """What it means."""
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    """The code that gifts carry: no other one is the same, in whatever case."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """More about it."""
    is_active: bool = True
    """Whether it is still used."""
