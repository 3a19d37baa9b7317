"""Why a field was not made or changed."""

from __future__ import annotations

from almoner.kernel.errors import Conflict


class CustomFieldTaken(Conflict):
    """Another field of the same kind of record has this name or is shown by it, in whatever case, or a parameter of queries is called so."""
