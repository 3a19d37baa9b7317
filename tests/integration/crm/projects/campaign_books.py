"""The figures of campaigns worked out anew in plain Python from gifts, memberships and the history of the tree: no kept figure, no kept reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.integration.crm.projects.books import Books
from tests.support.rows import OwnRows

Figures = tuple[int, int, int]
"""Minor units, gifts, new givers."""

_MEMBERSHIPS = (
    "SELECT campaign_id, project_id, from_on, until_on FROM crm.campaign_project WHERE organization_id = $1"
)
_SEGMENTS = """
SELECT s.id, c.campaign_id FROM crm.segment s
JOIN crm.communication c ON c.organization_id = $1 AND c.id = s.communication_id WHERE s.organization_id = $1
"""
_GIFT_SEGMENTS = "SELECT id, segment_id FROM crm.gift WHERE organization_id = $1 AND segment_id IS NOT NULL"


@dataclass
class CampaignBooks:
    """What is stored of campaigns beside the gifts of `books`, and what follows of both."""

    books: Books
    memberships: dict[int, list[Any]]
    """By project, the campaigns that it is in, on which days."""
    segments: dict[int, int]
    """The campaign of each segment."""
    of_gifts: dict[int, int]
    """The segment of each gift that has one."""
    _days: dict[tuple[int, bool, str], dict[date, Figures]] = field(default_factory=dict)

    def figures(self, campaign_id: int, day: date, *, by_segment: bool = False) -> dict[str, Figures]:
        """By currency, what a campaign was given up to `day`: through its projects, or by gifts of its segments."""
        if not self._days:
            self._count()
        found: dict[str, Figures] = {}
        for (campaign, segmented, currency), days in self._days.items():
            if (campaign, segmented) == (campaign_id, by_segment):
                told = [figures for on, figures in days.items() if on <= day]
                minor, gifts, givers = (
                    (sum(column) for column in zip(*told, strict=True)) if told else (0, 0, 0)
                )
                if (minor, gifts, givers) != (0, 0, 0):
                    found[currency] = minor, gifts, givers
        return found

    def _count(self) -> None:
        gifts = {gift["id"]: gift for gift in self.books.gifts}
        firsts: dict[int, tuple[date, int]] = {}
        for gift in gifts.values():
            if gift["reverses_id"] is None:
                place = gift["gift_on"], gift["id"]
                firsts[gift["contact_id"]] = min(place, firsts.get(gift["contact_id"], place))
        first = {gift_id for _, gift_id in firsts.values()}
        sums: dict[tuple[int, bool, str], dict[date, list[int]]] = defaultdict(
            lambda: defaultdict(lambda: [0, 0, 0])
        )
        for gift in gifts.values():
            # What takes a gift back goes where that went, from its own day on.
            whose = gifts[gift["reverses_id"] or gift["id"]]
            own = int(gift["reverses_id"] is None)
            for campaign, minor in self._parts(gift, whose["gift_on"]).items():
                _add(
                    sums[campaign, False, gift["currency"]][gift["gift_on"]],
                    minor,
                    own,
                    int(gift["id"] in first),
                )
            segment = self.of_gifts.get(whose["id"])
            if segment is not None and segment in self.segments:
                key = self.segments[segment], True, gift["currency"]
                _add(sums[key][gift["gift_on"]], sum(gift["designation_minor"]), own, 0)
        self._days = {key: {day: (m, n, g) for day, (m, n, g) in days.items()} for key, days in sums.items()}

    def _parts(self, gift: Any, day: date) -> dict[int, int]:
        """By campaign, how much of a gift is for projects that were in it on `day`, whatever they were below then."""
        above = self.books.above(day)
        parts: dict[int, int] = defaultdict(int)
        for number, minor in zip(gift["designation_project_ids"], gift["designation_minor"], strict=True):
            for campaign in {of for ancestor in above[number] for of in self._campaigns(ancestor, day)}:
                parts[campaign] += minor
        return parts

    def _campaigns(self, project_id: int, day: date) -> Iterator[int]:
        for each in self.memberships.get(project_id, ()):
            if (each["from_on"] or date.min) <= day <= (each["until_on"] or date.max):
                yield each["campaign_id"]


def _add(figures: list[int], *more: int) -> None:
    for place, value in enumerate(more):
        figures[place] += value


async def read_campaign_books(rows: OwnRows, books: Books) -> CampaignBooks:
    """What is stored of an organization's campaigns."""
    memberships: dict[int, list[Any]] = defaultdict(list)
    for row in await rows.fetch(_MEMBERSHIPS):
        memberships[row["project_id"]].append(row)
    segments = {row["id"]: row["campaign_id"] for row in await rows.fetch(_SEGMENTS)}
    of_gifts = {row["id"]: row["segment_id"] for row in await rows.fetch(_GIFT_SEGMENTS)}
    return CampaignBooks(books, memberships, segments, of_gifts)
