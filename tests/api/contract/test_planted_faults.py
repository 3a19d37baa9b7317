"""The set-up of schemathesis finds what is planted: each check is on, and none cries where nothing is wrong."""

from __future__ import annotations

import copy

import pytest
from schemathesis.checks import CHECKS

from tests.api.contract.explore import PHASES, Explored, explore
from tests.api.contract.faulty import DOCUMENT, FAULTS, TOKEN, Notes

NOT_PLANTED = {
    "object_level_authorization": "needs several identities: tests/api/walks/test_isolation.py asks each operation from another organization",
}


def explored(fault: str = "") -> Explored:
    """What is found in the small API with a fault."""
    return explore(copy.deepcopy(DOCUMENT), "http://notes.test", TOKEN, examples=3, app=Notes(fault))


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    found = explored()
    assert not found.problems, str(found)
    assert all(found.requests[phase] for phase in PHASES), found.requests
    assert {"POST /notes", "GET /notes/{noteId}", "DELETE /notes/{noteId}"} <= found.served


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_its_check(fault: str) -> None:
    found = explored(fault)
    assert [name for name in found.problems if f" {FAULTS[fault]} " in name], f"{fault} is not found: {found}"


def test_every_check_that_there_is_has_its_fault() -> None:
    assert set(CHECKS.get_all_names()) - {"max_response_time"} == {*FAULTS.values(), *NOT_PLANTED}
