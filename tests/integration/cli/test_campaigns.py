"""Campaigns by command: made, changed, with projects put in and taken out, each with what undoes it."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import asyncpg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from almoner.cli.campaign_output import followed_on
from almoner.crm.campaigns.memberships import add_project
from almoner.crm.projects.service import create_project
from almoner.main import app
from almoner.platform.database import open_database

MANY = 1_300
"""Gifts: more than follow a project at once."""


def answered(dsn: str, *words: str) -> Any:
    """The exit code and what a command printed."""
    return CliRunner().invoke(app, words, env={"ALMONER_DATABASE_URL": dsn, "COLUMNS": "200"})


def almoner(dsn: str, *words: str) -> Any:
    """The JSON of a command that must succeed."""
    answer = answered(dsn, *words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def undone(dsn: str, *words: str) -> None:
    """Do what a command that must succeed says undoes it: the last line that it prints."""
    answer = answered(dsn, *words)
    assert answer.exit_code == 0 and "What undoes it:" in answer.output, answer.output
    _, *again = shlex.split(answer.stdout.strip().splitlines()[-1])
    assert answered(dsn, *again).exit_code == 0, again


async def _put_by_hand(dsn: str, organization_id: int, gifts: int) -> None:
    db = await open_database(dsn, pool_size=1)
    async with db.tenant(organization_id) as tx:
        made = await create_project(tx, {"name": "Wells", "project_code": "WELLS"}, datetime.now(UTC))
    await db.close()
    conn = await asyncpg.connect(dsn)
    try:
        contact = await conn.fetchval(
            "INSERT INTO crm.contact (organization_id, name, contact_type, created_at, modified_at, version)"
            " VALUES ($1, 'Ada', 'Household', now(), now(), 1) RETURNING id",
            organization_id,
        )
        await conn.execute(
            "INSERT INTO crm.gift (organization_id, contact_id, gift_type, gift_on, amount_minor, currency,"
            " designation_ids, designation_project_ids, designation_minor, is_private, created_at, modified_at, version)"
            " SELECT $1, $2, 'Cash', date '2023-12-07', 100, 'USD', ARRAY[nextval('crm.gift_designation_id_seq')],"
            " ARRAY[$3::bigint], ARRAY[100], false, now(), now(), 1 FROM generate_series(1, $4::int)",
            organization_id,
            contact,
            made.id,
            gifts,
        )
        await conn.execute(
            "INSERT INTO crm.designation_tally (organization_id, project_id, slot, designation_count) VALUES ($1, $2, 0, $3)",
            organization_id,
            made.id,
            gifts,
        )
    finally:
        await conn.close()


async def _put_in_unfollowed(dsn: str, organization_id: int, campaign_id: int) -> None:
    """As a server does whose follower comes later."""
    db = await open_database(dsn, pool_size=1)
    async with db.tenant(organization_id) as tx:
        await add_project(tx, campaign_id, {"project_code": "wells"}, datetime.now(UTC))
    await db.close()


@pytest.fixture
def organization(dsn: str) -> Any:
    """A fresh organization, made by command."""
    return almoner(dsn, "org", "create", "Example House")


def campaign(dsn: str, *words: str) -> str:
    """The id of a campaign that a command made."""
    return str(almoner(dsn, "campaign", "create", "Wells 2023", *words)["campaignId"])


@pytest.mark.usefixtures("organization")
def test_a_campaign_is_made_listed_shown_and_put_away(dsn: str) -> None:
    goals = ("--giving-goal", "2500.50", "--gift-goal", "80", "--new-giver-goal", "7")
    number = campaign(
        dsn, "--start", "2023-12-01", "--end", "2023-12-31", *goals, "--step", "Letter", "--step", "Call"
    )
    shown = almoner(dsn, "campaign", "show", number)
    assert (shown["givingGoal"], shown["totalGiftGoal"], shown["newGiverGoal"]) == (2500.5, 80, 7)
    assert (shown["steps"], shown["projects"], shown["progress"]["gifts"]) == (["Letter", "Call"], [], 0)
    assert shown["progress"]["computedPercent"] is None
    assert [each["campaignId"] for each in almoner(dsn, "campaign", "list")] == [int(number)]
    undone(dsn, "campaign", "archive", number)
    assert almoner(dsn, "campaign", "show", number)["isArchived"] is False
    almoner(dsn, "campaign", "archive", number)
    assert almoner(dsn, "campaign", "list") == []
    assert [each["isArchived"] for each in almoner(dsn, "campaign", "list", "--archived")] == [True]


@pytest.mark.usefixtures("organization")
def test_who_has_none_yet_is_told_how_one_is_made(dsn: str) -> None:
    told = answered(dsn, "campaign", "list").output
    assert "There is no campaign that is not archived." in told and "campaign create NAME" in told
    number = campaign(dsn)
    assert "No project is in it yet" in answered(dsn, "campaign", "show", number).output
    told = answered(dsn, "campaign", "projects", "list", number).output
    assert "No project is in this campaign yet." in told and f"campaign projects add {number} PROJECT" in told


@pytest.mark.usefixtures("organization")
def test_what_an_edit_prints_undoes_it(dsn: str) -> None:
    number = campaign(dsn, "--description", "It's for wells", "--start", "2023-12-01", "--step", "Letter")
    before = almoner(dsn, "campaign", "show", number)
    new = (
        "--name",
        "Pumps",
        "--description",
        "none",
        "--start",
        "none",
        "--end",
        "2024-01-31",
        "--gift-goal",
        "9",
    )
    undone(
        dsn,
        "campaign",
        "edit",
        number,
        *new,
        "--giving-goal",
        "10",
        "--new-giver-goal",
        "1",
        "--step",
        "none",
    )
    after = almoner(dsn, "campaign", "show", number)
    assert {name for name in before if before[name] != after[name]} <= {"modifiedDateTimeUtc"}
    changed = almoner(dsn, "campaign", "edit", number, *new)
    assert (changed["name"], changed["description"], changed["totalGiftGoal"]) == ("Pumps", None, 9)


def test_a_project_comes_into_a_campaign_and_leaves_it_with_all_its_gifts(
    dsn: str, organization: Any
) -> None:
    asyncio.run(_put_by_hand(dsn, organization["organizationId"], MANY))
    number = campaign(dsn)

    def came() -> tuple[Any, Any]:
        progress = almoner(dsn, "campaign", "show", number)["progress"]
        assert progress["computedPercent"] is None
        return progress["gifts"], progress["newGivers"]

    entry = almoner(dsn, "campaign", "projects", "add", number, "wells", "--from", "2023-12-01")
    assert (entry["projectCode"], entry["fromDate"], came()) == ("WELLS", "2023-12-01", (MANY, 1))
    days = ("campaign", "projects", "days", number, str(entry["id"]))
    assert almoner(dsn, *days, "--from", "2024-01-01")["fromDate"] == "2024-01-01" and came() == (0, 0)
    undone(dsn, *days, "--from", "2023-12-01")
    assert came() == (0, 0)
    undone(dsn, "campaign", "projects", "remove", number, str(entry["id"]))
    (again,) = almoner(dsn, "campaign", "projects", "list", number)
    assert (again["fromDate"], came()) == ("2024-01-01", (0, 0))
    removed = almoner(dsn, "campaign", "projects", "remove", number, str(again["id"]))
    assert removed == {"id": again["id"], "removed": True}
    undone(dsn, "campaign", "projects", "add", number, "WELLS")
    assert almoner(dsn, "campaign", "projects", "list", number) == []


def test_figures_on_their_way_are_told_as_such(dsn: str, organization: Any) -> None:
    asyncio.run(_put_by_hand(dsn, organization["organizationId"], MANY))
    number = campaign(dsn)
    asyncio.run(_put_in_unfollowed(dsn, organization["organizationId"], int(number)))
    percent = almoner(dsn, "campaign", "show", number)["progress"]["computedPercent"]
    assert 0 < percent < 100
    shown = answered(dsn, "campaign", "show", number).output
    assert f"Gifts still follow its projects, {percent} % so far" in shown
    assert f"{percent} %)" in answered(dsn, "campaign", "list").output


def test_a_terminal_shows_a_bar_while_gifts_follow() -> None:
    shown = StringIO()
    with followed_on(Console(file=shown, force_terminal=True, width=100)) as told_of:
        told_of(40)
    assert "40%" in shown.getvalue() and "gifts follow" in shown.getvalue()


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("create", " "), 1, "A campaign needs a name."),
        (("create", "A", "--giving-goal", "much"), 2, "A goal is a number, or `none`."),
        (("create", "A", "--giving-goal", "-1"), 1, "givingGoal"),
        (("create", "A", "--gift-goal", "1.5"), 2, "--gift-goal is a whole number from 0 on."),
        (("create", "A", "--start", "2024-02-01", "--end", "2024-01-01"), 1, "cannot end before it starts"),
        (("edit", "1"), 2, "Say what is to change"),
        (("edit", "999999", "--name", "A"), 1, "There is no campaign 999999"),
        (("show", "x"), 2, "ID"),
        (("show", "1", "--as-of", "yesterday"), 2, "Expected a date such as 2024-12-31."),
        (("archive", "999999"), 1, "There is no campaign 999999"),
        (("projects", "add", "999999", "GENERAL"), 1, "There is no campaign 999999"),
        (("projects", "list", "999999"), 1, "There is no campaign 999999"),
    ],
)
def test_what_is_wrong_is_told(dsn: str, words: tuple[str, ...], code: int, told: str) -> None:
    answer = answered(dsn, "campaign", *words)
    assert answer.exit_code == code and told in re.sub(r"[\s│]+", " ", answer.output), answer.output


@pytest.mark.usefixtures("organization")
def test_a_project_that_is_not_there_or_there_already_is_told(dsn: str) -> None:
    number = campaign(dsn)
    answer = answered(dsn, "campaign", "projects", "add", number, "nowhere")
    assert answer.exit_code == 1 and "There is no project with the code 'nowhere'." in answer.output
    answer = answered(dsn, "campaign", "projects", "remove", number, "999999")
    assert answer.exit_code == 1 and "project in this campaign" in answer.output
