"""The embedded database dies alone: the server starts it again and goes on, with nothing lost."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from tests.support.house import give_body
from tests.support.server import Server

pytestmark = pytest.mark.simulation

RECOVERY_SECONDS = 30.0


def test_a_killed_database_comes_back_by_itself(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        token = server.almoner("org", "create", "Example House")["raiseToken"]
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
            before = client.post("/raise/api/Raise/give", json=give_body(10, "before@example.org"))
            assert before.status_code == 200
            server.kill_database()
            gift = _given_once_it_answers(client, "after@example.org")
            listed = client.get("/raise/api/Gift/list", params={"SortBy": "id"}).json()
    assert [item["id"] for item in listed["items"]] == [before.json()["id"], gift]


def _given_once_it_answers(client: httpx.Client, email: str) -> int:
    """The id of a gift that is sent again, under one key, until it is taken; meanwhile 503 and nothing else."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        answer = client.post(
            "/raise/api/Raise/give", json=give_body(20, email), headers={"Idempotency-Key": "the-second"}
        )
        if answer.status_code == 200:
            return int(answer.json()["id"])
        assert answer.status_code == 503, answer.text
        time.sleep(0.1)
    raise AssertionError(f"the server did not recover within {RECOVERY_SECONDS} s")
