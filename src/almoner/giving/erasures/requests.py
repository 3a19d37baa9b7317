"""What comes in about erasures."""

from __future__ import annotations

from almoner.platform.wire import Body


class DonorErasureBody(Body):
    """That a donor's personal data are to go. Nothing brings them back."""

    confirmed_donor_id: int
    """The id of the donor again: so that a wrong path erases nobody."""
