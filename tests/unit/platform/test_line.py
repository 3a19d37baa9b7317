"""The way out that all mailers of a process share: one pace, and waits while the server is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from almoner.giving.receipts.mailer import lease_seconds
from almoner.platform.mail import Line
from almoner.platform.mail.transport import send_seconds
from almoner.platform.setting_sources import load_settings
from almoner.platform.settings import Settings, SettingsError

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Time:
    """Seconds that pass when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_all_mailers_together_keep_the_pace() -> None:
    time = Time()
    line = Line(Settings(smtp_host="mail", mail_per_second=0.01), time, time.sleep)
    told = []
    for _ in range(4):
        await line.turn()
        told.append(time.now)
    assert told == [100, 200, 300, 400]
    time.now = 1000
    await line.turn()
    assert time.now == 1000, "what was not used is not waited for, nor saved up"


async def test_a_folder_has_no_pace() -> None:
    time = Time()
    line = Line(Settings(mail_per_second=0.01), time, time.sleep)
    for _ in range(3):
        await line.turn()
    assert time.now == 100


def test_the_waits_get_longer_up_to_five_minutes_and_end_with_an_answer() -> None:
    line, now = Line(Settings(mail_backoff_seconds=30)), NOW
    assert line.places(4, now) == 4
    line.lost("away", now)
    line.lost("away", now)
    waits = []
    for _ in range(6):
        seconds = next(n for n in range(1, 1000) if line.places(4, now + timedelta(seconds=n)))
        waits.append(seconds)
        now += timedelta(seconds=seconds)
        line.lost("away", now)
    assert waits == [30, 60, 120, 240, 300, 300]
    line.answered()
    assert line.places(4, now) == 4 and not line.is_away


@pytest.mark.parametrize("seconds", [0.1, 30, 300])
def test_a_lease_is_longer_than_sending(seconds: float) -> None:
    said = Settings(smtp_seconds=seconds, mail_per_second=0.01)
    assert lease_seconds(said) >= send_seconds(said) + 60 and lease_seconds(said) >= 300


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("smtp_password_file", {"SMTP_HOST": "m", "SMTP_USER": "u", "SMTP_PASSWORD": "p", "SMTP_PASSWORD_FILE": "f"}),
        ("smtp_user", {"SMTP_HOST": "m", "SMTP_USER": "u"}),
        ("smtp_user", {"SMTP_HOST": "m", "SMTP_PASSWORD": "p"}),
        ("smtp_host", {"SMTP_USER": "u", "SMTP_PASSWORD": "p"}),
        ("mail_backoff_seconds", {"MAIL_BACKOFF_SECONDS": "3600", "MAIL_GIVE_UP_HOURS": "1"}),
        ("mail_per_second", {"MAIL_PER_SECOND": "0.00001", "MAIL_GIVE_UP_HOURS": "1"}),
    ],
)  # fmt: skip
def test_settings_that_contradict_each_other(named: str, said: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings({f"ALMONER_{name}": value for name, value in said.items()})
