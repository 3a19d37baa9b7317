"""What comes in about gifts that move."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.kernel.ids import ID_MAX
from almoner.platform.wire import Body


class GiftTransferBody(Body):
    """Whose a gift is from now on."""

    donor_id: Annotated[int, Meta(ge=1, le=ID_MAX)]
    """The donor who gave it; of one that was merged, the one it is now."""
    reason: Annotated[str, Meta(max_length=1000)] | None = None
    """Why it moves."""
