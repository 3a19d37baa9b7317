"""Lists and single reads through HTTP in organizations of several sizes: does a read stay as fast as the data grows?"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench import contacts
from bench.house import Loaded, console_headers, load
from bench.line import Line, bearer
from bench.sample import percentiles
from bench.spread import HEAVY, ROOT, returning_donors
from bench.stand import Server, Stand

SIZES = (10_000, 1_000_000)
AIM = 2.0
WARM_UPS = 3
STATED_SHARE = 0.1
ORDINARY = 20

REST_SECONDS = 121.0
"""How long to wait after a load: the console's page reads what was synced in the last two minutes."""

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of read: any of `paths` through `line`. Only aimed rows are held to the aim; the others are stated."""

    name: str
    line: Line
    paths: Sequence[str]
    is_aimed: bool = True


def measure(
    stand: Stand,
    sizes: Sequence[int],
    requests: int,
    row_seconds: float,
    rounds: int,
    chance: random.Random,
    *,
    rest_seconds: float = REST_SECONDS,
) -> dict[str, Any]:
    """Load every size, then read in all of them in one random order; `requests` per row and size.

    A row that has used `row_seconds` at a size is asked no more there. `rest_seconds` pass between the last load and the
    first read.
    """
    sizes = sorted(set(sizes))
    seeds = {size: chance.randrange(2**31) for size in sizes}
    houses = []
    for size in sizes:
        houses.append(load(stand, size, seeds[size]))
        print(f"{size} gifts loaded in {houses[-1].seconds:.0f} s", flush=True)
    time.sleep(rest_seconds)
    with ExitStack() as stack:
        rows: dict[Key, Row] = {}
        for house in houses:
            server = stack.enter_context(stand.serving(house.at, sync_workers=0))
            rows |= {(row.name, house.gifts): row for row in _rows(stand, server, house, stack.callback)}
        taken = _ask(rows, requests, row_seconds, chance)
    aimed = {name for (name, _), row in rows.items() if row.is_aimed}
    return {
        "sizes": sizes,
        "load_seconds": {str(house.gifts): house.seconds for house in houses},
        "rows": [_figures(name, aimed, sizes, taken) for name in dict.fromkeys(name for name, _ in rows)],
        "contacts": [contacts.measure(house, rounds, chance) for house in houses],
        "milliseconds": {name: {str(s): taken[name, s] for s in sizes} for name, _ in rows},
    }


def _rows(
    stand: Stand, server: Server, house: Loaded, at_end: Callable[[Callable[[], None]], Any]
) -> Iterator[Row]:
    raise_, crm = Line(server.port, bearer(server.at.token)), Line(server.port, bearer(server.at.crm_token))
    console = Line(server.port, console_headers(stand, server))
    for line in (raise_, crm, console):
        at_end(line.close)
    heavy = crm.get(f"/crm/api/Contact/Find?email={HEAVY}")["id"]
    donor = _heavy_donor(raise_, house)
    root = crm.get(f"/crm/api/Project/Code/{ROOT}")["id"]
    campaigns = [f"/raise/api/Campaign/{campaign_id}" for campaign_id in house.campaign_ids]
    deep = house.gifts * 9 // 10
    yield Row("gift list", raise_, ["/raise/api/Gift/list?take=50"])
    yield Row("donor list", raise_, ["/raise/api/Donor/list?take=50"])
    yield Row("campaign list", raise_, ["/raise/api/Campaign/list?take=50"])
    yield Row("campaign", raise_, campaigns)
    yield Row("heavy donor's gifts", raise_, [f"/raise/api/Donor/{donor}/gifts?take=50"])
    yield Row("gift list, 90 % deep", raise_, [f"/raise/api/Gift/list?skip={deep}&take=50"], False)
    yield Row("gift list by amount", raise_, ["/raise/api/Gift/list?SortBy=amount&take=50"], False)
    yield Row("crm project", crm, [f"/crm/api/Project/{root}"])
    yield Row("crm project balance", crm, [f"/crm/api/Project/{root}/Balance"])
    yield Row("crm contact", crm, [f"/crm/api/Contact/{id_}" for id_ in _ordinary(crm, house.gifts)])
    yield Row("crm heavy contact", crm, [f"/crm/api/Contact/{heavy}"])
    yield Row("crm heavy contact's gifts", crm, [f"/crm/api/Gift/ByContact/{heavy}?take=50"])
    yield Row("console balance", console, ["/console/balance"])
    yield Row("console page", console, ["/console/"])
    yield Row("console gifts", console, ["/console/gifts"])
    yield Row("console gifts, 90 % deep", console, [f"/console/gifts?before={house.gifts // 10}"])
    yield Row("console gifts of a state", console, ["/console/gifts?show=synced"])
    yield Row("console gifts of a donor", console, ["/console/gifts?q=returning-1@example.org"])


def _heavy_donor(raise_: Line, house: Loaded) -> int:
    """The heavy donor's id: the donor of most of the latest gifts."""
    page = raise_.get(f"/raise/api/Gift/list?skip={max(house.gifts - 1000, 0)}&take=1000")
    donors = [gift["donorId"] for gift in page["items"]]
    return max(set(donors), key=donors.count)


def _ordinary(crm: Line, gifts: int) -> list[int]:
    """Contacts of some donors that return, about ten gifts each whatever the size."""
    found = []
    for number in range(min(ORDINARY, returning_donors(gifts))):
        try:
            found.append(crm.get(f"/crm/api/Contact/Find?email=returning-{number}@example.org")["id"])
        except RuntimeError:  # chance left this donor out
            continue
    return found


def _ask(
    rows: dict[Key, Row], requests: int, row_seconds: float, chance: random.Random
) -> dict[Key, list[float]]:
    """Milliseconds of every answer, by row and size; all sizes and rows take their turns in one random order."""
    turns = []
    for key, row in rows.items():
        for _ in range(WARM_UPS):
            row.line.timed(row.paths[0])
        turns += [key] * (requests if row.is_aimed else max(int(requests * STATED_SHARE), 1))
    chance.shuffle(turns)
    taken: dict[Key, list[float]] = defaultdict(list)
    for key in turns:
        if sum(taken[key]) < row_seconds * 1e3:
            taken[key].append(rows[key].line.timed(chance.choice(rows[key].paths)))
    return taken


def _figures(
    name: str, aimed: set[str], sizes: Sequence[int], taken: dict[Key, list[float]]
) -> dict[str, Any]:
    """One line of the table: figures of every size, and the largest over the smallest."""
    by_size = {size: percentiles(taken[name, size], 0.5, 0.99, 1.0) for size in sizes}
    small, large = by_size[sizes[0]], by_size[sizes[-1]]
    return {
        "read": name,
        "aimed": name in aimed,
        "sizes": {
            str(size): {"p50_ms": p50, "p99_ms": p99, "max_ms": top, "n": len(taken[name, size])}
            for size, (p50, p99, top) in by_size.items()
        },
        "p50_ratio": large[0] / small[0],
        "p99_ratio": large[1] / small[1],
    }


def table(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The figures as flat rows to print; milliseconds."""
    flat = []
    for row in rows:
        line = {"read": row["read"]}
        for size, seen in row["sizes"].items():
            line |= {f"p50 at {size}": seen["p50_ms"], f"p99 at {size}": seen["p99_ms"]}
        line |= {"p50 ratio": row["p50_ratio"], "p99 ratio": row["p99_ratio"]}
        line["answers"] = min(seen["n"] for seen in row["sizes"].values())
        flat.append(line | {"aim": f"<= {AIM:g}" if row["aimed"] else "stated"})
    return flat


def aims(rows: Sequence[dict[str, Any]], full: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was aimed at beside what was seen: both ratios of every aimed row, and the cost of whole contacts."""
    seen = [
        (f"{row['read']}, {p} ratio", row[f"{p}_ratio"])
        for row in rows
        if row["aimed"]
        for p in ("p50", "p99")
    ]
    seen += [(f"contacts at {row['gifts']}: service / statements", row["ratio"]) for row in full]
    return [{"aim": name, "wanted": AIM, "seen": value, "met": value <= AIM} for name, value in seen]
