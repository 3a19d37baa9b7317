"""The CRM's operations, as a list of its own has them: which are served, and that each served one is walked in every way.

The program's list (`originals.tsv`), of which `coverage.json` and the page of coverage are made, is held against this one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from almoner.crm.routes import routes
from almoner.platform.http.originals import operation_key, originals_of
from tests.api.walks.test_refusals import BY_PATH, JUDGED
from tests.support.house import House
from tests.support.samples import Covered, covered

pytestmark = pytest.mark.anyio

LIST = Path(__file__).parents[2] / "data" / "crm-endpoints.tsv"
CATALOGUE = [line.split("\t")[:3] for line in LIST.read_text(encoding="utf-8").splitlines()[1:]]
GROUPS = [
    "Gift",
    "GiftDesignation",
    "Project",
    "ProjectNote",
    "ProjectRole",
    "ProjectExpense",
    "Campaign",
    "Communication",
    "Segment",
    "Premium",
    "Tribute",
    "RecurringGift",
    "RecurringGiftPayment",
    "Pledge",
    "GiftAsk",
    "PlannedGift",
    "Grant",
    "CustomField",
    "Organization",
    "Permission",
    "Health",
    "Token",
]
"""The groups that the funds, gifts and campaigns of the CRM are made of."""
COMPLETE = {group for group in GROUPS if group != "Gift"}
"""Groups of which every operation is served. May only grow."""
GIFTS_TO_COME = {
    "POST /api/v2/Gift/Transaction",
    "POST /api/v2/Gift/Transactions",
    "POST /api/GiftTransaction",
    "GET /api/Gift/ByEvent/{eventId}",
}
"""What gifts lack: imports, and events, which are not kept yet."""

Key = tuple[str, str]
SERVED = {operation_key(route.method, route.template) for route in routes}


def key_of(each: Covered) -> Key:
    """What tells a covered operation from all others."""
    return operation_key(each.method, each.template)


def by_group(served: set[Key]) -> dict[str, dict[str, bool]]:
    """Of each group, whether each of its operations is among those `served`."""
    groups: dict[str, dict[str, bool]] = defaultdict(dict)
    for method, path, group in CATALOGUE:
        groups[group][f"{method} {path}"] = operation_key(method, path) in served
    return groups


def fallen(groups: Mapping[str, Mapping[str, bool]], complete: set[str]) -> Iterator[str]:
    """What to write, for each group that was complete and is not, or is and was not."""
    for group, operations in groups.items():
        missing = [operation for operation, is_served in operations.items() if not is_served]
        if group in complete and missing:
            yield f"{group} was complete, and does not serve {', '.join(missing)} any more"
        elif group not in complete and not missing:
            yield f"{group} is complete: name it in COMPLETE, so that it stays so"


def test_a_group_that_is_complete_stays_so() -> None:
    wrong = list(fallen(by_group(SERVED), COMPLETE))
    assert not wrong, "\n".join(wrong)


def test_gifts_lack_imports_and_events_alone() -> None:
    assert {each for each, is_served in by_group(SERVED)["Gift"].items() if not is_served} == GIFTS_TO_COME


def test_each_group_that_is_looked_for_is_in_the_list() -> None:
    assert set(GROUPS) <= {group for _, _, group in CATALOGUE}


def test_the_programs_list_has_each_operation_of_this_one() -> None:
    known = {original.key: original.group for original in originals_of("almoner.crm")}
    assert known == {operation_key(method, path): group for method, path, group in CATALOGUE}


async def test_the_api_itself_says_of_each_operation_what_is_true(shared_house: House) -> None:
    told = await shared_house.tenant.crm.get("/crm/coverage.json")
    said = {operation_key(one["method"], one["path"]): one["served"] for one in told["operations"]}
    assert {
        operation_key(method, path): operation_key(method, path) in SERVED for method, path, _ in CATALOGUE
    }.items() <= said.items()


@pytest.mark.parametrize("route", [route for route in routes if route.documented], ids=str)
def test_each_served_operation_is_walked_in_every_way(route: Any) -> None:
    key = operation_key(route.method, route.template)
    (each,) = [one for one in covered("crm") if key_of(one) == key]
    if route.path_kinds:
        assert each in BY_PATH, "no walk asks it for what is not there"
    if route.method in ("POST", "PUT", "PATCH") and route.judge is None:
        assert not takes_a_body(route), "it has a body and no judge: broken bodies are not walked (`judge=`)"
    elif route.judge is not None:
        assert each.operation in JUDGED, "no walk sends it a broken body"


def takes_a_body(route: Any) -> bool:
    """Whether its handler asks for the body."""
    return "data" in route.handler.__annotations__


def test_a_group_that_falls_back_is_told_with_what_is_missing() -> None:
    without = SERVED - {operation_key("POST", "/api/GiftDesignation/Query")}
    (told,) = fallen(by_group(without), COMPLETE)
    assert told == "GiftDesignation was complete, and does not serve POST /api/GiftDesignation/Query any more"


def test_a_group_that_became_complete_is_to_be_named() -> None:
    (told,) = fallen(by_group(SERVED), COMPLETE - {"Health"})
    assert told.startswith("Health is complete")
