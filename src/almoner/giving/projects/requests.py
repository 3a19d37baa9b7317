"""What comes in about projects. Raise's own shapes are not public; the fields are its help centre's (raise-api.md 3.7)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.platform.wire import Body


class ProjectBody(Body):
    """A project to make."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the project."""
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    """A code that no other project of the organization has, in whatever case: that of its twin in the CRM."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for."""
    is_active: bool = True
    """Whether it takes gifts."""
    is_tax_deductible: bool = True
    """An extension: whether receipts name what is given for it as deductible."""
