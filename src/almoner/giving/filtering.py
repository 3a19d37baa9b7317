"""What lists may be asked for beside a page (raise-api.md 1.1)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Filter = Annotated[
    str | None, Meta(description="A piece of text that the id, the name or the code holds, in whatever case.")
]
"""The free text of a list."""
OfCampaign = Annotated[int | None, Meta(description="An extension: of this campaign alone.")]
"""The campaign whose records are listed."""
