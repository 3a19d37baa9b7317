"""An organization's year: gifts over campaigns and a tree of projects, and one giver whom many gifts share."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.payload import PROJECTS, Pledge

HEAVY = "anonymous@example.org"
HEAVY_SHARE = 0.05
CAMPAIGNS = 20

ROOT = PROJECTS[0]
TREE = {
    **{f"bench-wells-{part}": ROOT for part in ("north", "south", "east", "west", "care")},
    **{f"bench-wells-north-{part}": "bench-wells-north" for part in ("a", "b", "c")},
    **{f"bench-books-{part}": PROJECTS[1] for part in ("school", "home")},
}
"""Projects below the two usual ones, each with its parent in the CRM, parents first: a dozen in all."""


def returning_donors(gifts: int) -> int:
    """How many donors return among this many gifts, so that each gives about ten at every size."""
    return max(gifts // 50, 1)


def spread(
    source: Iterator[Pledge], campaign_ids: Sequence[int], codes: Sequence[str], seed: int
) -> Iterator[Pledge]:
    """The gifts of `source`, each to one of the campaigns and two of the projects; one in twenty is the heavy donor's."""
    chance = random.Random(f"spread {seed}")
    for pledge in source:
        first, second = chance.sample(codes, 2)
        placed = replace(pledge, codes=(first, second), campaign_id=chance.choice(campaign_ids))
        if chance.random() < HEAVY_SHARE:
            yield replace(placed, email=HEAVY, first_name="Anonymous", last_name="Giver")
        else:
            yield placed
