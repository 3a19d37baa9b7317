"""Why a gift was not stored."""

from __future__ import annotations

from almoner.kernel.errors import Conflict


class GiftKeyReused(Conflict):
    """The idempotency key or the source key belongs to another gift. The code is the edge's for a reused key."""

    code = "IDEMPOTENCY_KEY_REUSED"
