"""Sending: order per donor, patience with a server that is away, and what each answer means. No server, no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.cli import give_sender
from almoner.cli.gifts_csv import BadRow, GiftRowView
from almoner.cli.give_sender import CannotGive, Given, Outcome, Patience, Sender, ServerAway
from almoner.kernel.errors import FieldError

pytestmark = pytest.mark.anyio

Answer = Callable[[httpx.Request], Any]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(give_sender, "_WAIT_SECONDS_MAX", 0.001)


def row(line: int = 2, donor: str = "a") -> GiftRowView:
    return GiftRowView(line, 1, str(line), (donor,), json.dumps({"line": line, "donor": donor}).encode())


def stored(*, replayed: bool = False) -> httpx.Response:
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return httpx.Response(
        200, json={"id": 1, "amount": 5.00, "currency": "USD", "other": None}, headers=headers
    )


async def sent(
    rows: list[GiftRowView | BadRow], answer: Answer, *, clients: int = 4, patience: float = 5.0
) -> tuple[list[Outcome], list[str]]:
    """What is reported of `rows` by a sender whose requests `answer` answers, and what it said meanwhile."""
    outcomes: list[Outcome] = []
    said: list[str] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        result = answer(request)
        return await result if asyncio.iscoroutine(result) else result

    async with AsyncExitStack() as stack:
        made = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url="http://almoner.test", transport=httpx.MockTransport(handle))
            )
            for _ in range(clients)
        ]
        await Sender(made, patience=Patience(patience, said.append), report=outcomes.append).send(rows)
    return outcomes, said


@settings(max_examples=20, deadline=None)
@given(donors=st.lists(st.sampled_from("abc"), max_size=40), clients=st.integers(1, 6), seed=st.randoms())
def test_rows_of_one_donor_go_in_order_and_never_two_at_once(
    donors: list[str], clients: int, seed: Any
) -> None:
    busy: set[str] = set()
    order: dict[str, list[int]] = {}

    async def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        assert body["donor"] not in busy
        busy.add(body["donor"])
        order.setdefault(body["donor"], []).append(body["line"])
        for _ in range(seed.randrange(4)):
            await asyncio.sleep(0)
        busy.remove(body["donor"])
        return stored()

    rows: list[GiftRowView | BadRow] = [row(line, donor) for line, donor in enumerate(donors)]
    outcomes, _ = asyncio.run(sent(rows, answer, clients=clients))
    assert len(outcomes) == len(rows)
    assert all(lines == sorted(lines) for lines in order.values())


async def test_different_donors_are_in_flight_together() -> None:
    both = asyncio.Barrier(2)

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.wait_for(both.wait(), 5)
        return stored()

    outcomes, _ = await sent([row(2, "a"), row(3, "b")], answer)
    assert len(outcomes) == 2


async def test_a_row_with_two_keys_waits_for_both() -> None:
    seen: list[int] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        line = json.loads(request.content)["line"]
        await asyncio.sleep(0.02 if line == 2 else 0)
        seen.append(line)
        return stored()

    linked = GiftRowView(4, 1, "4", ("a", "b"), json.dumps({"line": 4}).encode())
    await sent([row(2, "a"), row(3, "b"), linked], answer)
    assert seen == [3, 2, 4]


@pytest.mark.parametrize("trouble", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), 429, 500, 502, 503])
async def test_an_outage_is_waited_out(trouble: Exception | int) -> None:
    answers = iter([trouble, trouble, trouble, 200])

    def answer(request: httpx.Request) -> httpx.Response:
        now = next(answers)
        if isinstance(now, Exception):
            raise now
        return stored(replayed=True) if now == 200 else httpx.Response(now)

    outcomes, said = await sent([row()], answer)
    # The first attempt may have stored it, and its answer was lost: it is a gift of this run.
    assert [one.is_new for one in outcomes if isinstance(one, Given)] == [True]
    assert len(said) == 2
    assert said[1] == "The server is back."


async def test_a_replay_at_the_first_attempt_was_there_already() -> None:
    outcomes, said = await sent([row()], lambda request: stored(replayed=True))
    assert [one.is_new for one in outcomes if isinstance(one, Given)] == [False]
    assert not said


async def test_patience_ends() -> None:
    with pytest.raises(ServerAway, match="status 503"):
        await sent([row(2, "a"), row(3, "b")], lambda request: httpx.Response(503), patience=0.02)
    caller = asyncio.current_task()
    assert caller is not None
    assert not caller.cancelling(), "nobody cancelled who asked"


async def test_a_row_that_always_breaks_the_server_counts_as_bad_in_the_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if json.loads(request.content)["line"] == 2 else stored()

    outcomes, _ = await sent([row(2, "a"), row(3, "b")], answer)
    assert {type(one) for one in outcomes} == {Given, BadRow}


@pytest.mark.parametrize(
    ("status", "word"), [(401, "token"), (403, "scope"), (404, "Almoner"), (302, "Almoner")]
)
async def test_a_refusal_of_the_caller_ends_all(status: int, word: str) -> None:
    calls = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(status)

    with pytest.raises(CannotGive, match=word):
        await sent([row(line) for line in range(2, 50)], answer)
    assert calls == 1


async def test_another_kind_of_server_is_told_apart() -> None:
    with pytest.raises(CannotGive, match="Almoner"):
        await sent([row()], lambda request: httpx.Response(200, text="<html>"))


async def test_a_bad_row_is_reported_by_column_and_the_rest_goes_on() -> None:
    errors = {"donor.email": ["No."], "amount": ["Too small.", "Too odd."]}

    def answer(request: httpx.Request) -> httpx.Response:
        bad = json.loads(request.content)["line"] == 2
        return httpx.Response(400, json={"code": "VALIDATION_FAILED", "errors": errors}) if bad else stored()

    unreadable = BadRow(9, 1, "", (FieldError("", "CELLS", "Cells."),))
    outcomes, _ = await sent([row(2), unreadable, row(3)], answer)
    assert unreadable in outcomes
    assert [type(one) for one in outcomes].count(Given) == 1
    (bad,) = (one for one in outcomes if isinstance(one, BadRow) and one.line == 2)
    assert {(one.field, one.message) for one in bad.problems} == {
        ("donorEmail", "No."), ("amount", "Too small."), ("amount", "Too odd."),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "document", "field"),
    [(409, {"code": "CONFLICT"}, "sourceKey"), (400, {"code": "PAYMENT_DECLINED", "detail": "No."}, "paymentToken"),
     (413, {}, ""), (422, [], "")],
)  # fmt: skip
async def test_refusals_without_fields(status: int, document: Any, field: str) -> None:
    outcomes, _ = await sent([row()], lambda request: httpx.Response(status, json=document))
    assert [one.problems[0].field for one in outcomes if isinstance(one, BadRow)] == [field]


def test_which_addresses_are_this_machine() -> None:
    assert all(map(give_sender.is_local, ["http://127.0.0.1:8700", "http://localhost", "http://[::1]:1"]))
    assert not any(map(give_sender.is_local, ["http://almoner.test", "http://10.0.0.1"]))
