"""What needs somebody beside what failed on its way to the CRM: refunds that failed, open disputes, receipts that could not be written or sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from almoner.console.words import counted
from almoner.giving.receipts import service as receipts
from almoner.giving.reversals import service as reversals
from almoner.platform.database import Tx

REFUNDS_SPAN = timedelta(days=30)
"""For how long a refund that failed is pressing, where nobody asks for another."""
COUNTED_MAX = 100
_AGAIN = (
    "Read why. Refund the gift again where that can work, here or at the processor. What you give back in another way is not booked here:"
    f" this goes {REFUNDS_SPAN.days} days after it failed."
)


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many of each there are, counted up to `COUNTED_MAX`."""

    refunds: int
    disputes: int
    receipts: int

    @property
    def number(self) -> int:
        """How many in all."""
        return self.refunds + self.disputes + self.receipts

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Each kind of which there is one: how many, what to do, and the page that shows them."""
        found = [
            (self.refunds, "refund", "failed", _AGAIN, "/console/refunds?state=failed"),
            (self.disputes, "open dispute", "", "Answer it at the processor: what is decided there follows by itself.", "/console/refunds?state=open"),
            (self.receipts, "receipt", "not written or not sent", "Read why, and send it again.", "/console/receipts"),
        ]  # fmt: skip
        return [
            (f"{_counted(number, noun)} {what}".strip(), step, url)
            for number, noun, what, step, url in found
            if number
        ]


async def read_pressing(tx: Tx, now: datetime) -> Pressing:
    """What of these there is now."""
    refunds, disputes = await reversals.pressing(tx, now - REFUNDS_SPAN, COUNTED_MAX)
    return Pressing(refunds, disputes, len((await receipts.troubles(tx))[:COUNTED_MAX]))


def _counted(number: int, noun: str) -> str:
    return f"{'at least ' if number >= COUNTED_MAX else ''}{counted(number, noun)}"
