"""What Raise has operations for, as a list of its own has them: served, to come later for a reason, or not there at all.

The list is that of the reference (raise-api.md 2). The program's own, `originals.tsv`, is held against it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from almoner.giving.routes import routes
from almoner.platform.http.originals import operation_key, originals_of
from tests.support.house import House

pytestmark = pytest.mark.anyio

LIST = Path(__file__).parents[2] / "data" / "raise-endpoints.tsv"
ROWS = [line.split("\t") for line in LIST.read_text(encoding="utf-8").splitlines()[1:]]
SERVED = {operation_key(route.method, route.template) for route in routes}
ORIGINALS = {original.key for original in originals_of("almoner.giving")}
LATER = ("later: recurring gifts", "later: webhooks")
"""Why an operation that is known is not served. May only shrink."""


@pytest.mark.parametrize(("method", "path", "state"), ROWS, ids=[" ".join(row[:2]) for row in ROWS])
async def test_a_row_is_served_or_says_why_not(
    shared_house: House, method: str, path: str, state: str
) -> None:
    key = operation_key(method, path)
    answer = await shared_house.tenant.raise_.call(method, f"/raise{re.sub('{[^}]*}', '1', path)}", json={})
    if state.startswith("served"):
        assert key in SERVED
        assert answer.status_code not in (405, 501)
    elif state.startswith("later"):
        assert state in LATER
        assert key in ORIGINALS - SERVED
        assert (answer.status_code, answer.json()["status"]) == (501, 501)
    else:
        assert state == "none" or state.startswith("unknown: ")
        assert key not in SERVED | ORIGINALS
        assert answer.status_code == 404


def test_what_the_reference_names_is_in_the_programs_list() -> None:
    named = {operation_key(method, path) for method, path, state in ROWS if state == "served"}
    assert named <= ORIGINALS


def test_an_operation_that_came_is_no_longer_said_to_come_later() -> None:
    late = {operation_key(method, path) for method, path, state in ROWS if state in LATER}
    assert late == ORIGINALS - SERVED
    assert {state for _, _, state in ROWS if state.startswith("later")} == set(LATER)


@pytest.mark.parametrize("resource", ["Gift", "Donor", "RecurringGift", "donor/"])
async def test_who_tries_to_make_what_give_makes_is_told_so(shared_house: House, resource: str) -> None:
    answer = await shared_house.tenant.raise_.call("POST", f"/raise/api/{resource}", json={"amount": 5})
    assert answer.status_code == 404
    assert "POST /api/Raise/give" in answer.json()["detail"]
