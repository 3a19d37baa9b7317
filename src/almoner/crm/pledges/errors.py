"""Why a pledge was not changed."""

from __future__ import annotations

from almoner.kernel.errors import Conflict


class NothingToWriteOff(Conflict):
    """All of the pledge came, or the rest was written off before."""
