"""What comes in about projects. Raise's own shapes are not public; the fields are its help centre's (raise-api.md 3.7)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from almoner.platform.wire import Body


class ProjectBody(Body):
    """A project, new or as it is from now on: what is left out is cleared, and it is active."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    """The name of the project."""
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    """A code that no other project of the organization has, in whatever case: that of its twin in the CRM."""
    description: Annotated[str, Meta(max_length=3000)] | None = None
    """What it is for; it may hold HTML."""
    is_active: bool = True
    """Whether it takes gifts."""
    is_default: bool = False
    """Whether gifts that name no project are for it; the one that was so until then is so no more."""
    sort_order: Annotated[int, Meta(ge=-(10**9), le=10**9)] = 0
    """Where it stands among others: the lower, the earlier."""
    image_url: Annotated[str, Meta(max_length=2000)] | None = None
    """The address of a picture of it."""
    receipt_emails: Annotated[list[Annotated[str, Meta(max_length=150)]], Meta(max_length=20)] = (
        msgspec.field(default_factory=list)
    )
    """E-mail addresses that are told of each receipt for it."""
    is_tax_deductible: bool = True
    """An extension: whether receipts name what is given for it as deductible."""
