"""The embedded database dies alone: the server starts it again and goes on, with nothing lost."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from pathlib import Path
from typing import Any

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


KILLS = 4


def test_while_it_dies_again_and_again_nobody_gets_another_answer_than_come_again(tmp_path: Path) -> None:
    """Reads, creates and gives in flight when the postmaster alone, or all of it, is killed: 200, or 503 with `Retry-After`."""
    with Server(tmp_path / "data") as server:
        made = server.almoner("org", "create", "Example House")
        answers = asyncio.run(_answers_beside_kills(server, made["raiseToken"], made["crmToken"]))
    print(Counter((kind, answer.status_code) for kind, answer in answers))
    assert {answer.status_code for _, answer in answers} == {200, 503}
    assert all("retry-after" in answer.headers for _, answer in answers if answer.status_code == 503)
    assert {kind for kind, answer in answers if answer.status_code == 503} == {"give", "create", "read"}


async def _answers_beside_kills(
    server: Server, raise_token: str, crm_token: str
) -> list[tuple[str, httpx.Response]]:
    answers: list[tuple[str, httpx.Response]] = []
    over = asyncio.Event()
    credentials = {
        "raise": {"Authorization": f"Bearer {raise_token}"},
        "crm": {"Authorization": f"Bearer {crm_token}"},
    }

    async def caller(number: int) -> None:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            for turn in itertools.count():
                if over.is_set():
                    return
                key = f"{number}-{turn}"
                asked: dict[str, tuple[str, str, Any]] = {
                    "give": ("POST", "/raise/api/Raise/give", give_body(5, f"{key}@example.org")),
                    "create": ("POST", "/crm/api/Project", {"name": key, "projectCode": key}),
                    "read": ("GET", "/raise/api/Gift/list", None),
                }
                kind = list(asked)[(number + turn) % 3]
                method, path, body = asked[kind]
                headers = credentials[path.split("/")[1]]
                answers.append((kind, await client.request(method, path, json=body, headers=headers)))
                await asyncio.sleep(0.01)

    callers = [asyncio.create_task(caller(number)) for number in range(24)]
    for kill in range(KILLS):
        await _answered(answers)
        (server.kill_database if kill % 2 else server.kill_postmaster)()
    await _answered(answers)
    over.set()
    await asyncio.gather(*callers)
    return answers


async def _answered(answers: list[tuple[str, httpx.Response]]) -> None:
    """Return when the server has served each kind since now, several times: so there is something to kill in full flight."""
    since, deadline = len(answers), time.monotonic() + RECOVERY_SECONDS
    while True:
        served = Counter(kind for kind, answer in answers[since:] if answer.status_code == 200)
        if min(served[kind] for kind in ("give", "create", "read")) >= 8:
            return
        assert time.monotonic() < deadline, "the server did not recover"
        await asyncio.sleep(0.02)


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
