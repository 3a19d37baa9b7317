"""A year of a giver to everybody: how many gifts each day had and of what size, as load that leaves on a timetable.

The file is of days (`date,sum,...,donations,...,max`), without a single gift in it. Gifts arrive by chance at a day's rate, and their amounts
are drawn so that they have the day's mean and none is above its greatest.
"""

from __future__ import annotations

import csv
import math
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.payload import Pledge, pledges

FILE = "giving/wikimedia-2020-daily-online-donations.csv"
DAY_SECONDS = 86_400.0
LEAST_MINOR = 100
SPREAD = 1.0
"""How far amounts lie apart: a third is above the mean, one in a thousand above thirteen times of it."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the file: its gifts, what they had on average, and the greatest, in cents."""

    on: str
    gifts: int
    mean_minor: float
    most_minor: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many seconds of gifts at one rate, of one day's amounts."""

    seconds: float
    rate: float
    mean_minor: float
    most_minor: int


def usual_file() -> Path:
    """Where real data lies: beside the repository, or where `ALMONER_TEST_DATA` says."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    return Path(os.environ.get("ALMONER_TEST_DATA") or beside) / FILE


def read_year(file: Path) -> list[Day]:
    """All days that had gifts. `SystemExit` with what to do when the file is not there: nothing is measured in its place."""
    if not file.is_file():
        raise SystemExit(
            f"NOT MEASURED: {file} is missing. It is Wikimedia's file of online donations by day, which is not in the repository. "
            "Put it there, or name it by --data."
        )
    with file.open(newline="") as lines:
        return [_day(row) for row in csv.DictReader(lines) if int(row["donations"])]


def _day(row: dict[str, str]) -> Day:
    gifts = int(row["donations"])
    return Day(
        row["date"], gifts, float(row["sum"]) * 100 / gifts, max(LEAST_MINOR, round(float(row["max"]) * 100))
    )


def busiest(year: Sequence[Day]) -> Day:
    """The day with most gifts."""
    return max(year, key=lambda day: day.gifts)


def as_one_day(day: Day, seconds: float, day_seconds: float) -> list[Stretch]:
    """`seconds` of a day whose gifts come in `day_seconds`."""
    return [Stretch(seconds, day.gifts / day_seconds, day.mean_minor, day.most_minor)]


def as_a_year(year: Sequence[Day], seconds: float, day_seconds: float) -> list[Stretch]:
    """All days one after the other in `seconds`, each as long as the others; the busiest at the rate of `day_seconds` for its gifts."""
    each = seconds / len(year)
    return [Stretch(each, day.gifts / day_seconds, day.mean_minor, day.most_minor) for day in year]


def timetable(stretches: Iterable[Stretch], chance: random.Random) -> Iterator[tuple[float, Stretch]]:
    """When each gift is due, in seconds from the beginning: by chance, as donors come that know nothing of each other."""
    begin, ahead = 0.0, chance.expovariate(1.0)
    for stretch in stretches:
        at = 0.0
        while (rest := stretch.rate * (stretch.seconds - at)) > ahead:
            at += ahead / stretch.rate
            yield begin + at, stretch
            ahead = chance.expovariate(1.0)
        ahead -= rest
        begin += stretch.seconds


def amount(stretch: Stretch, chance: random.Random) -> int:
    """What one gives, in cents."""
    drawn = chance.lognormvariate(math.log(stretch.mean_minor) - SPREAD**2 / 2, SPREAD)
    return max(LEAST_MINOR, min(round(drawn), stretch.most_minor))


def gifts(stretches: Sequence[Stretch], seed: int) -> Iterator[tuple[float, Pledge]]:
    """The gifts of a timetable, of the invented donors of `bench/payload.py`, each over its two projects."""
    chance = random.Random(seed)
    for (due, stretch), pledge in zip(timetable(stretches, chance), pledges(seed), strict=False):
        yield due, _of_the_day(pledge, stretch, chance)


def without_end(stretch: Stretch, seed: int) -> Iterator[tuple[float, Pledge]]:
    """Gifts of one day's amounts that are all due at once, for as long as somebody takes them."""
    chance = random.Random(seed)
    for pledge in pledges(seed):
        yield 0.0, _of_the_day(pledge, stretch, chance)


def _of_the_day(pledge: Pledge, stretch: Stretch, chance: random.Random) -> Pledge:
    whole = amount(stretch, chance)
    part = chance.randrange(1, whole)
    return replace(pledge, wells_minor=part, books_minor=whole - part)
