"""Letters on bad days: an address that is refused, a server that is away, a disk that is full, a sender that is killed."""

from __future__ import annotations

import asyncio
import errno
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from almoner.giving.receipts.paper import Logos
from almoner.giving.receipts.service import troubles
from almoner.kernel.clock import ManualClock
from almoner.platform.mail import Away, Refused
from almoner.platform.mail.transport import FileOutbox
from tests.support.desk import Desk, receipts
from tests.support.house import House

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """Nothing that comes after is done."""


class Server:
    """A mail server that does as it is told: for each address an error, or None."""

    def __init__(self, folder: Path) -> None:
        self.errors: dict[str, Exception | None] = {}
        self.asked: list[str] = []
        self.came = asyncio.Event()
        self.gate: asyncio.Event | None = None
        self.opens_at = self.at_gate = self.at_gate_most = 0
        self._outbox = FileOutbox(folder)

    async def send(self, message: EmailMessage, name: str) -> None:
        to = message["To"]
        self.asked.append(to)
        self.came.set()
        if self.gate is not None:
            self.at_gate += 1
            self.at_gate_most = max(self.at_gate, self.at_gate_most)
            if self.at_gate == self.opens_at:
                self.gate.set()
            await asyncio.wait_for(self.gate.wait(), 20)
            self.at_gate -= 1
        if (error := self.errors.get(to) or self.errors.get("*")) is not None:
            raise error
        await self._outbox.send(message, name)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC) + timedelta(seconds=5))


async def test_one_refused_address_fails_alone_and_can_be_sent_elsewhere(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    server.errors["bad@example.org"] = Refused("the address was refused: 550 no such user")
    gifts = [await tenant.give(5, email) for email in ("a@example.org", "bad@example.org", "c@example.org")]
    await desk.settle()
    by_gift = {one["giftId"]: (one["letterState"], one["letterReason"]) for one in await receipts(tenant)}
    states = [by_gift[gift["id"]] for gift in gifts]
    assert states[0] == states[2] == ("sent", None)
    assert states[1] == ("failed", "the address was refused: 550 no such user")
    failed = await tenant.raise_.get("/raise/api/Receipt/letter/list", state="failed")
    (letter,) = failed["items"]
    await tenant.raise_.post(
        f"/raise/api/Receipt/letter/{letter['id']}/resend", {"email": "good@example.org"}
    )
    clock.advance(timedelta(hours=1))  # the house wrote it by its own clock, which may have passed this one
    await desk.settle()
    assert "good@example.org" in {letter["To"] for letter in desk.mail(tenant)}
    assert [one["letterState"] for one in await receipts(tenant)] == ["sent"] * 3


async def test_a_server_that_is_away_for_hours_costs_no_letter(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    server.errors["*"] = Away("the mail server does not answer: TimeoutError")
    await tenant.give(5, "a@example.org")
    await tenant.give(5, "b@example.org")
    for _ in range(30):
        await desk.settle()
        clock.advance(timedelta(hours=1, seconds=1))
    (first, second) = await receipts(tenant)
    assert first["letterState"] == second["letterState"] == "queued"
    assert "does not answer" in first["letterReason"]
    server.errors.clear()
    await desk.settle()
    assert [one["letterState"] for one in await receipts(tenant)] == ["sent", "sent"]


async def test_it_is_given_up_in_the_end_with_the_reason(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    server.errors["full@example.org"] = Away("the message was refused: 452 mailbox full", is_of_message=True)
    server.errors["gone@example.org"] = Away("the mail server does not answer: OSError")
    await tenant.give(5, "full@example.org")
    for _ in range(house.app.settings.mail_attempts_max + 1):
        await desk.settle()
        clock.advance(timedelta(hours=1, seconds=1))
    (receipt,) = await receipts(tenant)
    assert (receipt["letterState"], receipt["letterReason"]) == (
        "failed",
        "the message was refused: 452 mailbox full",
    )
    assert server.asked.count("full@example.org") == house.app.settings.mail_attempts_max
    await tenant.give(5, "gone@example.org")
    for _ in range(3):
        await desk.settle()
        clock.advance(timedelta(hours=40))
    assert (await receipts(tenant))[1]["letterState"] == "failed"


async def test_a_letter_whose_sender_was_killed_is_sent_again_under_the_same_name(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    await tenant.give(5, "a@example.org")
    await desk.issue()
    mailer = desk.mailers[0]

    async def dies(*_: Any, **__: Any) -> None:
        raise Killed

    mailer._settle = dies  # type: ignore[method-assign]  # killed after the server took it, before it was noted
    with pytest.raises(Killed):
        await mailer.look()
    (message,) = desk.mail(tenant)
    again = Desk(house, tmp_path, clock, server)
    await again.settle()
    assert (await receipts(tenant))[0]["letterState"] == "sending", "it is somebody's until the lease is over"
    clock.advance(timedelta(minutes=6))
    await again.settle()
    assert (await receipts(tenant))[0]["letterState"] == "sent"
    assert server.asked.count("a@example.org") == 2
    (same,) = desk.mail(tenant)
    assert same["Message-ID"] == message["Message-ID"]


async def test_a_full_disk_is_waited_for(
    house: House, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, desk = house.tenant, Desk(house, tmp_path, clock)
    await tenant.give(5, "a@example.org")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(FileOutbox, "_write", full)
        await desk.settle()
    (receipt,) = await receipts(tenant)
    assert (receipt["letterState"], receipt["letterReason"]) == (
        "queued", "the outbox cannot be written: No space left on device",
    )  # fmt: skip
    clock.advance(timedelta(minutes=2))
    await desk.settle()
    assert (await receipts(tenant))[0]["letterState"] == "sent"


async def test_what_became_void_before_its_letter_went_is_not_sent_and_nobody_is_told_of_it(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, desk = house.tenant, Desk(house, tmp_path, clock)
    await tenant.give(5, "a@example.org")
    await house.settle()
    await desk.issue()
    (one,) = await receipts(tenant)
    assert one["letterState"] == "queued"
    await tenant.raise_.post(f"/raise/api/Receipt/{one['id']}/void", {"reason": "Typo", "reissue": False})
    clock.advance(timedelta(hours=1))
    await desk.settle()
    assert desk.mail(tenant) == []
    assert (await tenant.raise_.get("/raise/api/Receipt/letter/list"))["items"] == []


async def test_a_letter_that_brought_what_is_void_now_is_not_sent_again(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, desk = house.tenant, Desk(house, tmp_path, clock)
    await tenant.give(5, "a@example.org")
    await house.settle()
    await desk.settle()
    (one,) = await receipts(tenant)
    (letter,) = (await tenant.raise_.get("/raise/api/Receipt/letter/list"))["items"]
    await tenant.raise_.post(f"/raise/api/Receipt/{one['id']}/void", {"reason": "Typo", "reissue": False})
    again = await tenant.raise_.call("POST", f"/raise/api/Receipt/letter/{letter['id']}/resend", json={})
    assert (again.status_code, again.json()["code"]) == (409, "RECEIPT_NOT_IN_FORCE")
    assert len(desk.mail(tenant)) == 1


@pytest.mark.parametrize(("was_sent", "kinds"), [(False, []), (True, ["receipt", "void"])])
async def test_who_was_sent_no_receipt_is_not_told_that_it_is_void(
    house: House, tmp_path: Path, clock: ManualClock, was_sent: bool, kinds: list[str]
) -> None:
    tenant, desk = house.tenant, Desk(house, tmp_path, clock)
    gift = await tenant.give(5, "a@example.org")
    await house.settle()
    await (desk.settle() if was_sent else desk.issue())
    await tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund", {})
    await house.settle()
    clock.advance(timedelta(hours=1))
    await desk.settle()
    letters = (await tenant.raise_.get("/raise/api/Receipt/letter/list"))["items"]
    assert sorted(each["kind"] for each in letters) == kinds and len(desk.mail(tenant)) == len(kinds)


async def test_who_asks_twice_for_a_letter_that_waits_gets_one(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, desk = house.tenant, Desk(house, tmp_path, clock)
    await tenant.give(5, "a@example.org")
    await house.settle()
    await desk.settle()
    (one,) = await receipts(tenant)
    (letter,) = (await tenant.raise_.get("/raise/api/Receipt/letter/list"))["items"]
    asked = [
        await tenant.raise_.post(f"/raise/api/Receipt/{path}/resend", {})
        for path in (one["id"], one["id"], f"letter/{letter['id']}")
    ]
    assert len({each["id"] for each in asked}) == 1
    elsewhere = await tenant.raise_.post(f"/raise/api/Receipt/{one['id']}/resend", {"email": "b@example.org"})
    assert elsewhere["id"] != asked[0]["id"]


async def test_letters_of_several_donors_are_on_their_way_together_and_those_of_one_in_order(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    await desk.settle()  # what others left
    server.asked.clear()
    for email in ("a@example.org", "a@example.org", "b@example.org", "c@example.org", "d@example.org"):
        await tenant.give(5, email)
    await desk.issue()
    server.gate, server.opens_at = asyncio.Event(), 4
    await desk.mailers[0].look()
    assert server.at_gate_most == 4, "none waits for another's answer"
    assert server.asked.count("a@example.org") == 1, "the second of a donor waits for the first"
    await desk.settle()
    sent = [letter["Subject"] for letter in desk.mail(tenant) if letter["To"] == "a@example.org"]
    assert len(sent) == 2 and server.asked[-1] == "a@example.org"


async def test_another_mailer_leaves_a_donors_second_letter_while_the_first_is_on_its_way(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk, other = Desk(house, tmp_path, clock, server), Desk(house, tmp_path, clock)
    await desk.settle()  # what others left
    server.asked.clear()
    await tenant.give(5, "a@example.org")
    await tenant.give(6, "a@example.org")
    await desk.issue()
    server.gate, server.opens_at, server.came = asyncio.Event(), 2, asyncio.Event()
    sending = asyncio.create_task(desk.mailers[0].look())
    await asyncio.wait_for(server.came.wait(), 20)
    assert [await mailer.look() for mailer in other.mailers] == [0]
    server.gate.set()
    assert await sending == 1
    assert [await mailer.look() for mailer in other.mailers] == [1]


async def test_an_outage_is_told_once_and_asked_about_by_one_letter_at_a_time(
    house: House, tmp_path: Path, clock: ManualClock
) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    await desk.settle()  # what others left
    server.asked.clear()
    server.errors["*"] = Away("the mail server does not answer: OSError")
    for n in range(6):
        await tenant.give(5, f"d{n}@example.org")
    with capture_logs() as logs:
        await desk.settle()
        first = len(server.asked)
        await desk.settle()
        assert len(server.asked) == first <= 4, "nobody asks again before its time"
        assert REGISTRY.get_sample_value("almoner_mail_away") == 1
        for _ in range(3):
            clock.advance(timedelta(minutes=10))
            await desk.settle()
        assert len(server.asked) == first + 3
        async with house.app.db.tenant(tenant.id) as tx:
            (trouble,) = await troubles(tx)
        assert (trouble.kind, trouble.gift_id) == ("waiting", None)
        assert trouble.reason == "6 letters wait to be sent: the mail server does not answer: OSError"
        server.errors.clear()
        clock.advance(timedelta(minutes=10))
        await desk.settle()
    assert [one["event"] for one in logs if one["event"].startswith("mail_server")] == [
        "mail_server_away",
        "mail_server_answers",
    ]
    assert REGISTRY.get_sample_value("almoner_mail_away") == 0
    clock.advance(timedelta(hours=2))
    await desk.settle()
    assert {one["letterState"] for one in await receipts(tenant)} == {"sent"}


async def test_what_waited_too_long_fails_together(house: House, tmp_path: Path, clock: ManualClock) -> None:
    tenant, server = house.tenant, Server(tmp_path)
    desk = Desk(house, tmp_path, clock, server)
    await desk.settle()  # what others left
    server.asked.clear()
    server.errors["*"] = Away("the mail server does not answer: OSError")
    for n in range(6):
        await tenant.give(5, f"d{n}@example.org")
    await desk.settle()
    clock.advance(timedelta(hours=73))
    await desk.settle()
    assert {one["letterState"] for one in await receipts(tenant)} == {"failed"}
    assert len(server.asked) <= 5, "they are not tried one by one"


async def test_a_letter_does_not_fail_for_a_database_that_was_busy(
    house: House, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing of the letter, which comes again once its lease is over."""
    tenant, find = house.tenant, Logos.of
    desk = Desk(house, tmp_path, clock)
    await tenant.give(5, "ada@example.org")
    await desk.issue()

    async def busy(self: Logos, server: Any, organization_id: int, paper: Any) -> bytes | None:
        if organization_id == tenant.id:
            raise TimeoutError
        return await find(self, server, organization_id, paper)

    monkeypatch.setattr(Logos, "of", busy)
    with pytest.raises(TimeoutError):
        await desk.settle()
    assert [one["letterState"] for one in await receipts(tenant)] == ["sending"]
    monkeypatch.setattr(Logos, "of", find)
    clock.advance(timedelta(minutes=10))
    await desk.settle()
    assert [one["letterState"] for one in await receipts(tenant)] == ["sent"]
