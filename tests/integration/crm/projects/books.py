"""The figures of projects worked out anew in plain Python from what is stored: no statement of the program, no kept figure, no kept tree.

The history of the tree comes from the events of projects, the tree of today from their parents.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from almoner.kernel.clock import local_day
from tests.support.rows import OwnRows

Figures = tuple[int, int, int]
"""Minor units, gifts, givers."""

_GIFTS = """
SELECT id, contact_id, currency::text, gift_on, designation_project_ids, designation_minor, reverses_id FROM crm.gift WHERE organization_id = $1
"""
_MOVES = """
SELECT record_id, happened_at, data::jsonb -> 'parentId' AS was FROM crm.event
WHERE organization_id = $1 AND kind = 'project.updated' AND data::jsonb ? 'parentId' ORDER BY record_id, version
"""
_PROJECTS = """
SELECT id, parent_id, beginning_balance_minor + balance_change_minor AS base FROM crm.project WHERE organization_id = $1
"""
_EXPENSES = (
    "SELECT id, project_id, amount_minor, spent_on FROM crm.project_expense WHERE organization_id = $1"
)


@dataclass
class Books:
    """What is stored of an organization, and what follows of it."""

    gifts: list[Any]
    expenses: list[Any]
    parents: dict[int, int | None]
    bases: dict[int, int]
    moves: dict[int, list[tuple[date, int | None]]]
    """By project, the day of each move in order and what it was a part of before."""
    _trees: dict[date, dict[int, tuple[int, ...]]] = field(default_factory=dict)

    def days(self) -> list[date]:
        """Every day on which anything happened."""
        return sorted(
            {gift["gift_on"] for gift in self.gifts}
            | {expense["spent_on"] for expense in self.expenses}
            | {day for moves in self.moves.values() for day, _ in moves}
        )

    def above(self, day: date) -> dict[int, tuple[int, ...]]:
        """Each project with all that it was below at the end of `day`, itself among them."""
        if day not in self._trees:
            parents = {number: self._parent(number, day) for number in self.parents}
            self._trees[day] = {number: tuple(_chain(number, parents)) for number in parents}
        return self._trees[day]

    def _parent(self, number: int, day: date) -> int | None:
        """What a project was a part of at the end of `day`: what it was before the first move after it, or what it is."""
        return next((was for on, was in self.moves.get(number, ()) if on > day), self.parents[number])

    def figures(self, day: date, *, since: date = date.min) -> dict[tuple[int, str], Figures]:
        """By project and currency, what its subtree of `day` was given from `since` up to `day`."""
        above = self.above(day)
        minor: dict[tuple[int, str], int] = defaultdict(int)
        gifts: dict[tuple[int, str], set[int]] = defaultdict(set)
        givers: dict[tuple[int, str], set[int]] = defaultdict(set)
        for gift in self.gifts:
            if not since <= gift["gift_on"] <= day:
                continue
            parts = zip(gift["designation_project_ids"], gift["designation_minor"], strict=True)
            for number, amount in parts:
                for ancestor in above[number]:
                    key = ancestor, gift["currency"]
                    minor[key] += amount
                    if gift["reverses_id"] is None:
                        gifts[key].add(gift["id"])
                        givers[key].add(gift["contact_id"])
        return {key: (minor[key], len(gifts[key]), len(givers[key])) for key in minor}

    def spent(self, day: date, *, since: date = date.min) -> dict[int, int]:
        """By project, what its subtree of `day` spent from `since` up to `day`."""
        above = self.above(day)
        minor: dict[int, int] = defaultdict(int)
        for expense in self.expenses:
            if since <= expense["spent_on"] <= day:
                for ancestor in above[expense["project_id"]]:
                    minor[ancestor] += expense["amount_minor"]
        return minor

    def own(self, day: date, currency: str) -> dict[int, int]:
        """By project, what was given to it itself up to `day`."""
        minor: dict[int, int] = defaultdict(int)
        for gift in self.gifts:
            if gift["currency"] == currency and gift["gift_on"] <= day:
                for number, amount in zip(
                    gift["designation_project_ids"], gift["designation_minor"], strict=True
                ):
                    minor[number] += amount
        return minor


def _chain(number: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    above: int | None = number
    seen: set[int] = set()
    while above is not None:
        assert above not in seen, f"project {above} is a part of itself"
        seen.add(above)
        yield above
        above = parents[above]


async def read_books(rows: OwnRows, zone: str) -> Books:
    """What is stored of an organization whose days are those of `zone`."""
    projects = await rows.fetch(_PROJECTS)
    moves: dict[int, list[tuple[date, int | None]]] = defaultdict(list)
    for row in await rows.fetch(_MOVES):
        was = json.loads(row["was"])
        moves[row["record_id"]].append((local_day(row["happened_at"], zone), was))
    return Books(
        gifts=await rows.fetch(_GIFTS),
        expenses=await rows.fetch(_EXPENSES),
        parents={row["id"]: row["parent_id"] for row in projects},
        bases={row["id"]: int(row["base"]) for row in projects},
        moves=dict(moves),
    )
