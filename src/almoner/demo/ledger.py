"""What the demo itself knows: every gift that was acknowledged, and what became of it. The measure for both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

from almoner.demo.stream import Attempt

Totals = dict[str, tuple[int, int]]
"""By currency: how many gifts and their sum in minor units."""

FINAL = ("synced", "withheld")


@dataclass(slots=True)
class Given:
    """An acknowledged gift and where it stands. `lag` is seconds from give to CRM."""

    gift_id: int
    donor_id: int
    attempt: Attempt
    state: str = "pending"
    reason: str | None = "queued"
    crm_id: int | None = None
    lag: float | None = None


@dataclass(slots=True)
class Ledger:
    """The gifts of one run in the order of their answers."""

    planned: int
    title: str = ""
    given: list[Given] = field(default_factory=list)
    declined: int = 0
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=monotonic)
    ended: float | None = None
    giving_totals: Totals = field(default_factory=dict)
    crm_totals: Totals = field(default_factory=dict)
    sync_states: dict[str, int] = field(default_factory=dict)
    """By state: the organization's gifts, whoever gave them, that the sync has looked at."""

    @property
    def seconds(self) -> float:
        """How long gifts have been, or were, given."""
        return max((self.ended or monotonic()) - self.started, 0.001)

    @property
    def expected_totals(self) -> Totals:
        """What should be on the CRM side."""
        return totals_of(gift for gift in self.given if gift.attempt.withheld is None)

    @property
    def withheld_totals(self) -> Totals:
        """What giving keeps to itself."""
        return totals_of(gift for gift in self.given if gift.attempt.withheld is not None)

    def open(self) -> list[Given]:
        """Gifts whose state may still change."""
        return [gift for gift in self.given if gift.state not in FINAL]

    def states(self) -> Counter[str]:
        """How many gifts are in each state."""
        return Counter(gift.state for gift in self.given)

    def reasons(self, state: str) -> Counter[str]:
        """How many gifts of a state have each reason."""
        return Counter(gift.reason or "" for gift in self.given if gift.state == state)

    def whole(self) -> Counter[str]:
        """All gifts of the organization by state, whoever gave them; what the sync has not looked at yet is pending."""
        states = Counter(self.sync_states)
        given = sum(count for count, _ in self.giving_totals.values())
        states["pending"] += max(0, given - states.total())
        return states

    def lags(self) -> list[float]:
        """Seconds from give to CRM of gifts that went directly, in order of giving."""
        return [gift.lag for gift in self.given if gift.lag is not None and not gift.attempt.waits_for_fund]

    def waits(self) -> list[float]:
        """The same of gifts that waited until somebody made their project."""
        return [gift.lag for gift in self.given if gift.lag is not None and gift.attempt.waits_for_fund]

    def healed(self) -> int:
        """Gifts that failed for want of a project and then followed by themselves."""
        return sum(gift.attempt.waits_for_fund and gift.state == "synced" for gift in self.given)


def totals_of(gifts: Iterable[Given]) -> Totals:
    """Number and sum of gifts by currency."""
    found: Totals = {}
    for gift in gifts:
        count, minor = found.get(gift.attempt.currency, (0, 0))
        found[gift.attempt.currency] = (count + 1, minor + gift.attempt.minor)
    return found


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed; 0 when there is none."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else 0.0
