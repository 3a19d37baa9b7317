"""The wire shape of what an erasure takes away."""

from __future__ import annotations

from almoner.platform.wire import View


class ErasedView(View):
    """One kind of personal data that goes."""

    what: str
    """What it is."""
    records: int
    """How many records hold it."""


class DonorErasureView(View):
    """What an erasure of a donor takes away, or took."""

    donor_id: int
    """The donor."""
    merged_donor_ids: list[int]
    """Those who were merged into it, and are erased with it."""
    is_done: bool
    """Whether it is done; false of a look at what would go."""
    erased: list[ErasedView]
    """What goes."""
    kept: list[str]
    """What stays, and why."""
