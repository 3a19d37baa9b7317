"""`almoner demo` as its user meets it, and whether its proof would notice a difference."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
import typer

from almoner.app.serve import serving
from almoner.demo import run as demo
from almoner.demo.agreement import differences
from almoner.demo.farewell import YOURS
from almoner.demo.ledger import percentile
from almoner.demo.play import Outcome, play
from almoner.demo.scene import Scene, set_scene
from almoner.demo.screen import SilentScreen
from almoner.demo.stream import Act, Attempt, Stream
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
@pytest.mark.timeout(180)
def test_it_goes_on_serving_and_what_it_prints_to_be_typed_works(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--gifts", "12") as (process, shown):
        gift, state, contact = (json.loads(_typed(text)) for text in shown if text.startswith("curl "))
        why, link, doctor = (_typed(text) for text in shown if text.startswith(ALMONER[0]))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert gift["formattedAmount"] == "$25.00"
    assert state["state"] == "synced"
    assert str(contact["id"]).isdigit()
    assert "synced" in why
    assert f"{_value(shown, 'server')}/console/sign-in?token=" in link
    assert "Problems: 0." in doctor
    assert any("agree to the cent" in text for text in shown)
    assert not list(tmp_path.glob("almoner-demo-*")), "the demo leaves nothing behind"


def test_link_and_folder_come_before_the_first_gift(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--gifts", "12", until="/12 given") as (_, shown):
        (data,) = [text for text in shown if text.startswith("data: ")]
        assert Path(data.removeprefix("data: ").strip()).parent == tmp_path
        (link,) = [text for text in shown if text.startswith("console: ")]
        assert httpx.get(link.removeprefix("console: ").strip()).status_code == 200


@pytest.mark.timeout(180)
def test_its_last_words_tell_of_what_failed_though_others_gave_it(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--gifts", "12") as (process, shown):
        headers = {"Authorization": f"Bearer {_value(shown, 'Raise token')}"}
        with httpx.Client(base_url=f"{_value(shown, 'server')}/raise/api", headers=headers) as caller:
            caller.post("/Project", json={"name": "Roof", "code": "ROOF"}).raise_for_status()
            body = YOURS | {"projects": [{"code": "ROOF", "amount": YOURS["amount"]}]}
            gift = caller.post("/Raise/give", json=body).raise_for_status().json()
            while caller.get(f"/Sync/gift/{gift['id']}").json()["state"] != "failed":
                pass
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        (last,) = [text for text in process.stdout if text.startswith("Stopped")]
        assert process.wait(30) == 0
    assert ", 1 failed" in last
    assert last.strip().endswith("The data went with the demo.")


@pytest.mark.timeout(180)
def test_on_a_folder_that_is_kept_it_says_so_and_names_its_organization(tmp_path: Path) -> None:
    place = ("--data-dir", str(tmp_path / "kept"), "--gifts", "5")
    with running_demo(tmp_path, *place) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert any(f"The data stays in {tmp_path / 'kept'}." in text for text in process.stdout)
    with running_demo(tmp_path, *place) as (_, shown):
        assert [_typed(text) for text in shown if f"{ALMONER[0]} sync why" in text and "--org 2" in text]


@contextmanager
def running_demo(
    folder: Path, *options: str, until: str = "Stop it with Ctrl-C"
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A demo on a free port, and what it has printed when it says `until`."""
    command = [*ALMONER, "demo", "--port", "0", *options]
    env = environment(TMPDIR=str(folder))
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, list(_until(process.stdout, until))
        finally:
            process.terminate()
            process.communicate(timeout=60)


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


def _typed(command: str) -> str:
    """The output of a command that was printed, typed as it stands into a shell."""
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _value(shown: list[str], name: str) -> str:
    """What was printed behind a name: `server       http://..`."""
    return next(text.removeprefix(name).strip() for text in shown if text.startswith(f"{name} "))


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
    assert ended.value.exit_code == 2
