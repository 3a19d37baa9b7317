"""Users and groups by command: invited, accepted, listed, disabled, moved, reset; each step undone, told of, and refused where it must be."""

from __future__ import annotations

import asyncio
import json
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.main import app
from almoner.platform.accounts import service
from almoner.platform.accounts.passwords import Passwords
from almoner.platform.database import open_database

EMAIL = "pat@example.org"


def called(dsn: str, *words: str) -> Any:
    """What a command answers."""
    return CliRunner().invoke(app, list(words), env={"ALMONER_DATABASE_URL": dsn, "COLUMNS": "200"})


def almoner(dsn: str, *words: str) -> Any:
    """The JSON of a command that must succeed."""
    answer = called(dsn, *words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def refusal(dsn: str, *words: str) -> str:
    """What a command that must be refused says."""
    answer = called(dsn, *words)
    assert answer.exit_code in (1, 2), answer.output
    return str(answer.stderr)


@pytest.fixture
def house(dsn: str) -> str:
    """A database with an organization, made by command."""
    almoner(dsn, "org", "create", "Example House")
    return dsn


def accept(dsn: str, url: str) -> None:
    """Do what the page of the link does."""

    async def work() -> None:
        db, now = await open_database(dsn), datetime.now(UTC)
        try:
            token = url.partition("token=")[2]
            found = await service.read_invitation(db, token, now)
            await service.accept(
                db, token, found, await Passwords().hash("correct horse battery", found.email), now
            )
        finally:
            await db.close()

    asyncio.run(work())


def invited(dsn: str, email: str = EMAIL, group: str = "Administrator") -> str:
    """The link of an invitation."""
    url: str = almoner(dsn, "user", "invite", email, "--group", group, "--url", "https://give.example.org")[
        "url"
    ]
    return url


def user(dsn: str, email: str = EMAIL, group: str = "Administrator") -> None:
    """A user who accepted."""
    accept(dsn, invited(dsn, email, group))


def states(dsn: str) -> dict[str, tuple[str, str]]:
    """Group and state of each user."""
    return {one["email"]: (one["group"], one["state"]) for one in almoner(dsn, "user", "list")}


def test_a_user_is_invited_accepts_and_is_listed(house: str) -> None:
    url = invited(house, group="read ONLY")
    assert url.startswith("https://give.example.org/console/invitation?token=inv_")
    assert states(house) == {EMAIL: ("Read only", "invited")}
    accept(house, url)
    assert states(house) == {EMAIL: ("Read only", "active")}
    assert "is a user" in refusal(house, "user", "invite", EMAIL, "--group", "Read only")
    assert url.partition("token=")[2] not in json.dumps(almoner(house, "user", "list"))


def test_an_invitation_is_taken_back_and_made_anew(house: str) -> None:
    first = invited(house)
    second = invited(house, group="Gift entry")
    with pytest.raises(Exception, match="used before"):
        accept(house, first)
    almoner(house, "user", "revoke", EMAIL)
    with pytest.raises(Exception, match="used before"):
        accept(house, second)
    assert states(house) == {}
    user(house)
    assert "disable the user" in refusal(house, "user", "revoke", EMAIL)


def test_the_last_administrator_stays_whatever_is_tried(house: str) -> None:
    user(house)
    for words in (("disable", EMAIL), ("move", EMAIL, "Read only")):
        assert "last administrator" in refusal(house, "user", *words)
    invited(house, "not-yet@example.org")
    assert "last administrator" in refusal(house, "user", "disable", EMAIL)
    user(house, "second@example.org")
    almoner(house, "user", "disable", EMAIL)
    assert "last administrator" in refusal(house, "user", "move", "second@example.org", "Gift entry")
    almoner(house, "user", "enable", EMAIL)
    almoner(house, "user", "move", "second@example.org", "Gift entry")
    assert states(house)[EMAIL] == ("Administrator", "active")


async def _disable_both(dsn: str) -> list[Any]:
    db, now = await open_database(dsn), datetime.now(UTC)
    members = await service.members(db, 1, now)
    done = await asyncio.gather(
        *(service.set_disabled(db, one, "a test", now, disabled=True) for one in members),
        return_exceptions=True,
    )
    await db.close()
    return done


def test_two_administrators_who_disable_each_other_at_once_leave_one(house: str) -> None:
    user(house)
    user(house, "second@example.org")
    done = asyncio.run(_disable_both(house))
    assert [each is None for each in done].count(True) == 1
    assert [state for _, state in states(house).values()].count("active") == 1


def test_what_happened_is_told_with_who_and_when(house: str) -> None:
    user(house)
    user(house, "second@example.org")
    for verb in ("disable", "enable", "sign-out", "reset"):
        almoner(house, "user", verb, "second@example.org")
    almoner(house, "user", "move", "second@example.org", "Read only")
    log = [one for one in almoner(house, "user", "log") if one["email"] == "second@example.org"]
    assert [one["what"] for one in log] == [
        "invited", "accepted", "disabled", "enabled", "signed out", "reset", "moved",
    ]  # fmt: skip
    assert all(one["by"].startswith("command line") or one["what"] == "accepted" for one in log)
    assert datetime.fromisoformat(log[0]["happenedDate"]) > datetime.now(UTC) - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "disable", "nobody@example.org"), "no user nobody@example.org"),
        (("user", "invite", "no address", "--group", "Read only"), "email"),
        (("user", "invite", EMAIL, "--group", "Nothing"), "There are: Administrator, Read only, Gift entry"),
        (("user", "invite", EMAIL, "--group", "Read only", "--name", "x\n"), "name"),
        (("group", "set", "Odd", "--scope", "gift:fly"), "gift:"),
        (("group", "set", "Administrator", "--scope", "gift:read"), "stays as it is"),
        (("group", "remove", "administrator"), "stays as it is"),
        (("group", "remove", "Nothing"), "no group"),
        (("key", "create", "crm", "x", "--group", "Nothing"), "no group"),
        (("key", "create", "crm", "x", "--group", "Read only", "--scope", "gift:read"), "not both"),
    ],
)
def test_what_cannot_be_done_is_said(house: str, words: tuple[str, ...], said: str) -> None:
    almoner(house, "group", "list")
    assert said in refusal(house, *words)


def test_groups_are_made_changed_and_removed_when_nobody_has_them(house: str) -> None:
    first = {one["name"]: one["scopes"] for one in almoner(house, "group", "list")}
    assert first["Administrator"] == ["*"] and first["Read only"] == ["*:read"]
    almoner(house, "group", "set", "Reports", "--scope", "gift:read")
    almoner(house, "group", "set", "reports", "--scope", "gift:read", "--scope", "project:read")
    (made,) = [one for one in almoner(house, "group", "list") if one["name"] == "Reports"]
    assert made["scopes"] == ["gift:read", "project:read"]
    almoner(house, "key", "create", "crm", "x", "--group", "Reports")
    (key,) = [one for one in almoner(house, "key", "list") if one["name"] == "x"]
    assert (key["group"], key["scopes"]) == ("Reports", ["gift:read", "project:read"])
    assert "1 keys" in refusal(house, "group", "remove", "Reports")
    almoner(house, "key", "revoke", str(key["id"]))
    almoner(house, "group", "remove", "Reports")
    user(house, group="Gift entry")
    assert "move them first" in refusal(house, "group", "remove", "Gift entry")
    almoner(house, "group", "remove", "Read only")
    assert "Read only" not in {one["name"] for one in almoner(house, "group", "list")}


def test_for_people_the_same_is_printed_as_tables(house: str) -> None:
    invited_text = called(
        house, "user", "invite", EMAIL, "--group", "Read only", "--url", "https://x.example.org"
    )
    assert "works once, within 72 hours" in invited_text.stdout
    assert "invited" in called(house, "user", "list").stdout
    assert "*:read" in called(house, "group", "list").stdout
    assert "invited Read only" in called(house, "user", "log").stdout


def test_an_invitation_for_another_group_says_that_the_one_of_before_is_no_more(house: str) -> None:
    def invite(group: str) -> str:
        url = "https://give.example.org"
        answer = called(house, "user", "invite", EMAIL, "--group", group, "--url", url)
        assert answer.exit_code == 0, answer.output
        return str(answer.stdout)

    assert "before" not in invite("Read only")
    said = invite("Gift entry")
    assert f"{EMAIL} was invited before, to the group Read only: it is Gift entry now." in said
    assert "The link of before is good no more." in said
    assert f"{EMAIL} was invited before. The link" in invite("gift ENTRY")
    assert states(house)[EMAIL] == ("Gift entry", "invited")


@pytest.mark.parametrize(
    "url",
    [
        "notaurl",
        "ftp://example.org",
        "https://",
        "https://give.example.org:99999",
        "http://a b",
        "https://a?x=1",
    ],
)
def test_a_link_leads_to_an_address_or_is_not_made(house: str, url: str) -> None:
    told = refusal(house, "user", "invite", EMAIL, "--group", "Read only", "--url", url)
    assert "is no address of a server" in told and "--url https://give.example.org" in told
    assert states(house) == {}


def test_the_list_of_groups_counts_users_and_keys(house: str) -> None:
    invited(house, group="Read only")
    user(house, "second@example.org", "Read only")
    almoner(house, "key", "create", "crm", "report", "--group", "Read only")
    held = {one["name"]: (one["users"], one["keys"]) for one in almoner(house, "group", "list")}
    assert held == {"Administrator": (0, 0), "Read only": (2, 1), "Gift entry": (0, 0)}


def test_a_group_that_is_removed_is_brought_back_by_what_is_printed(house: str) -> None:
    almoner(house, "group", "set", "Two words", "--scope", "gift:read", "--scope", "project:*")
    removed = called(house, "group", "remove", "two WORDS").stdout
    assert "The group Two words is removed. It granted: gift:read project:*." in removed
    undo = shlex.split(removed.strip().splitlines()[-1])
    almoner(house, *undo[undo.index("group") :])
    groups = {one["name"]: one["scopes"] for one in almoner(house, "group", "list")}
    assert groups["Two words"] == ["gift:read", "project:*"]


def test_groups_of_the_beginning_are_compared_with_todays_and_brought_up_to_date_on_demand(
    house: str,
) -> None:
    assert almoner(house, "group", "compare") == []
    assert "as it would be today" in called(house, "group", "compare").stdout
    almoner(house, "group", "set", "Gift entry", "--scope", "gift:*", "--scope", "custom-field:read")
    almoner(house, "group", "remove", "Read only")
    reading, entry = almoner(house, "group", "compare")
    assert (reading["name"], reading["isThere"]) == ("Read only", False)
    assert "campaign:read" in entry["lacks"] and entry["grantsBesides"] == ["custom-field:read"]
    told = called(house, "group", "compare").stdout
    assert "Gift entry (0 users, 0 keys)" in told and "  grants besides: custom-field:read" in told
    for line in told.splitlines():
        if line.startswith("    "):
            words = shlex.split(line)
            almoner(house, *words[words.index("group") :])
    assert almoner(house, "group", "compare") == []
