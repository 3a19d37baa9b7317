"""`almoner demo` as its user meets it, and whether its proof would notice a difference."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import typer
from rich.console import Console

from almoner.app.serve import serving
from almoner.demo import run as demo
from almoner.demo.agreement import differences
from almoner.demo.ledger import Given, Ledger, percentile
from almoner.demo.play import Outcome, play
from almoner.demo.scene import Scene, set_scene
from almoner.demo.screen import SilentScreen
from almoner.demo.stream import Act, Attempt, Stream
from almoner.demo.view import line, picture
from almoner.platform.settings import Settings

ALMONER = [str(Path(sys.executable).with_name("almoner"))]


def environment(**more: str) -> dict[str, str]:
    """Ours without any setting of Almoner."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ALMONER_")} | more


def attempts(gifts: int) -> list[Attempt]:
    return [step for step in Stream().story(gifts) if isinstance(step, Attempt)]


def test_the_same_seed_tells_the_same_story() -> None:
    assert list(Stream().story(200)) == list(Stream().story(200))


def test_the_story_has_all_that_the_sync_must_handle() -> None:
    told = attempts(300)
    accepted = [one for one in told if not one.is_declined]
    givers = Counter(one.donor["email"] for one in accepted)
    assert len(accepted) == 300
    assert len(told) > 300
    assert {one.withheld for one in accepted} == {None, "campaign_sync_off", "test_mode"}
    assert any(one.waits_for_fund for one in accepted)
    assert any(len(one.parts) > 1 for one in accepted)
    assert any(one.is_anonymous for one in accepted)
    assert any("organizationName" in one.donor for one in accepted)
    assert max(givers.values()) > 1
    assert {one.currency for one in accepted} == {"USD", "EUR"}


def test_every_split_sums_to_its_gift_and_every_address_is_reserved_for_examples() -> None:
    for one in attempts(1000):
        assert sum(minor for _, minor in one.parts) == one.minor
        assert all(minor > 0 for _, minor in one.parts)
        assert one.donor["email"].rsplit("@", 1)[1].endswith(("example.org", "example.com", "example.net"))


@pytest.mark.parametrize("gifts", [1, 2, 5, 300])
def test_every_act_comes_once_and_in_order(gifts: int) -> None:
    acts = [step for step in Stream().story(gifts) if isinstance(step, Act)]
    assert acts == [Act.PAUSE, Act.RESUME, Act.MAKE_FUND]


def test_percentiles() -> None:
    assert percentile([], 0.5) == 0.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_picture_fits_any_terminal(columns: int) -> None:
    ledger = Ledger(300, "Somebody")
    told = [one for one in attempts(40) if not one.is_declined]
    ledger.given = [Given(n, n, one, "synced", None, n, 0.004) for n, one in enumerate(told, start=1)]
    ledger.given[-1].state, ledger.given[-1].reason = "failed", "project_unknown"
    ledger.notes = [
        "Something happened that takes many words to tell, more than any line of a narrow window has."
    ]
    console = Console(width=columns, height=24, record=True, file=io.StringIO(), force_terminal=True)
    console.print(picture(ledger, rows=24, columns=columns))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= min(columns, 100)
    assert len(lines) < 24
    if columns >= 80:
        assert any("✖ failed" in text and "1 project" in text for text in lines)
    assert "40/300 given" in line(ledger)


@asynccontextmanager
async def scene_on(dsn: str) -> AsyncIterator[Scene]:
    settings = Settings(database_url=dsn, port=0, sync_poll_seconds=0.05)
    async with serving(settings) as served:
        scene = await set_scene(served.app, served.url)
        try:
            yield scene
        finally:
            await scene.close()


async def played(scene: Scene, gifts: int) -> Outcome:
    return await play(scene, gifts, SilentScreen(), asyncio.Event())


@pytest.mark.anyio
async def test_both_sides_agree_and_a_lost_gift_would_be_noticed(dsn: str) -> None:
    async with scene_on(dsn) as scene:
        outcome = await played(scene, 60)
        ledger = outcome.ledger
        assert outcome.differences == []
        assert not ledger.open()
        assert ledger.healed() == sum(gift.attempt.waits_for_fund for gift in ledger.given) > 0
        assert ledger.reasons("withheld")["campaign_sync_off"] > 0
        assert ledger.declined > 0
        lost = next(gift for gift in ledger.given if gift.crm_id and gift.attempt.currency == "USD")
        owner = await asyncpg.connect(dsn)
        await owner.execute("DELETE FROM crm.gift WHERE id = $1", lost.crm_id)
        await owner.close()
        found = {one.what for one in await differences(scene, ledger)}
    assert {"crm.tally, USD", f"donor {lost.donor_id}, USD"} <= found
    assert any(what.startswith("crm.project_giving") for what in found)
    assert "giving: all gifts, USD" not in found


@pytest.mark.anyio
async def test_a_gift_that_did_not_arrive_is_a_difference(dsn: str) -> None:
    async with scene_on(dsn) as scene:
        ledger = (await played(scene, 10)).ledger
        ledger.given[0].state, ledger.given[0].reason = "failed", "project_unknown"
        found = await differences(scene, ledger)
    assert [one.found for one in found] == ["failed (project_unknown)"]


@pytest.mark.timeout(180)
def test_once_ends_with_status_0_and_a_second_run_works_on_the_same_folder(tmp_path: Path) -> None:
    command = [
        *ALMONER,
        "demo",
        "--once",
        "--gifts",
        "50",
        "--json",
        "--port",
        "0",
        "--data-dir",
        str(tmp_path),
    ]
    for organization_id in (1, 2):
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False, timeout=80
        )
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["agree"] is True
        assert document["organizationId"] == organization_id
        assert document["given"] == 50
        assert document["totals"]["crm"] == document["totals"]["shouldBeInCrm"]
        assert document["synced"] + sum(document["withheld"].values()) == 50
        assert document["failed"] == document["pending"] == {}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_it_goes_on_serving_and_its_three_commands_work(tmp_path: Path) -> None:
    command = [*ALMONER, "demo", "--gifts", "12", "--port", "0"]
    env = environment(TMPDIR=str(tmp_path))
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            shown = list(_until(process.stdout, "Stop it with Ctrl-C"))
            answers = [_answer(text) for text in shown if text.startswith("curl ")]
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
    gift, state, contact = answers
    assert gift["formattedAmount"] == "$25.00"
    assert state["state"] == "synced"
    assert str(contact["id"]).isdigit()
    assert any("agree to the cent" in text for text in shown)
    assert not list(tmp_path.glob("almoner-demo-*")), "the demo leaves nothing behind"


def test_it_can_be_stopped_at_any_time(tmp_path: Path) -> None:
    command = [*ALMONER, "demo", "--once", "--gifts", "5000", "--port", "0"]
    env = environment(TMPDIR=str(tmp_path))
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            list(_until(process.stdout, "/5000 given"))
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
        finally:
            process.kill()
    assert not list(tmp_path.glob("almoner-demo-*"))


def _until(lines: Iterator[str], last: str) -> Iterator[str]:
    for text in lines:
        yield text
        if last in text:
            return


def _answer(command: str) -> dict[str, object]:
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=20)
    return json.loads(done.stdout)


def test_a_taken_port_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("ALMONER_PORT", str(port))
        assert demo._settings(tmp_path, None, quiet=False).port == 0
        with pytest.raises(typer.Exit) as ended:
            demo._settings(tmp_path, port, quiet=False)
    assert ended.value.exit_code == 3
