"""Why a recurring gift was not made or changed."""

from __future__ import annotations

from almoner.kernel.errors import Conflict


class OfAnotherSystem(Conflict):
    """The recurring gift is told by another system, and what is written here would be gone with its next word."""

    def __init__(self, recurring_gift_id: int, source: str | None) -> None:
        super().__init__(f"Recurring gift {recurring_gift_id} comes from {source}: change it there.")


class Ended(Conflict):
    """The recurring gift was cancelled, which is final."""

    def __init__(self, recurring_gift_id: int) -> None:
        super().__init__(f"Recurring gift {recurring_gift_id} was cancelled, which is final.")


class AlreadySettled(Conflict):
    """A gift came for the payment, so there is nothing to dismiss."""


class PaymentTaken(Conflict):
    """The payment takes no gift: one came for it, or it was dismissed."""
