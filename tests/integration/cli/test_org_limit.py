"""The limit of requests by command."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.cli.doctor import examine
from almoner.main import app
from almoner.platform.database import open_database
from almoner.platform.rate_limits.service import RateLimiter
from tests.integration.cli.test_keys import almoner
from tests.integration.cli.test_keys import organization as organization


@pytest.mark.usefixtures("organization")
def test_an_organization_gets_a_limit_of_its_own_and_gives_it_up(dsn: str) -> None:
    assert almoner(dsn, "org", "limit") == {"requestsPerHour": 5000, "isDefault": True, "givenOut": 0}
    assert almoner(dsn, "org", "limit", "250")["requestsPerHour"] == 250
    assert almoner(dsn, "org", "limit") == {"requestsPerHour": 250, "isDefault": False, "givenOut": 0}
    assert almoner(dsn, "org", "limit", "default")["isDefault"]
    for nonsense in ("0", "many", "1000000001", "-5"):
        answer = CliRunner().invoke(app, ["org", "limit", "--", nonsense], env={"ALMONER_DATABASE_URL": dsn})
        assert answer.exit_code == 2, answer.output


@pytest.mark.usefixtures("organization")
def test_the_doctor_names_who_is_near_the_limit(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    assert near(asyncio.run(examine(None, quick=True))) == [("rate limits", "ok")]
    almoner(dsn, "org", "limit", "10")
    asyncio.run(used_up(dsn))
    found = asyncio.run(examine(None, quick=True))
    assert near(found) == [("rate limit of organization 1", "warning")]


async def used_up(dsn: str) -> None:
    """Ten requests and one that is refused, by the database's clock."""
    db = await open_database(dsn, pool_size=2)
    limiter = RateLimiter(db, 5_000)
    for _ in range(11):
        await limiter.take(1)
    await db.close()


def near(found: list[Any]) -> list[tuple[str, str]]:
    """What the doctor says of limits."""
    return [(finding.check, finding.status) for finding in found if finding.check.startswith("rate limit")]
