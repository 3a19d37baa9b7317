"""`almoner gateway`: an account is set up from files, checked, shown without its secrets, and taken away."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from almoner.cli import doctor_gateways, gateway
from almoner.giving.stripe.client import StripeHttp
from almoner.main import app
from almoner.platform.vault import new_key
from tests.support.stripe_fake import SECRET_KEY, WEBHOOK_SECRET, FakeStripe


class Typed:
    """Commands on one database, with files that hold the secrets."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.env = {"ALMONER_DATABASE_URL": dsn, "ALMONER_SECRETS_KEY": new_key(), "COLUMNS": "200"}
        (folder / "key").write_text(SECRET_KEY + "\n")
        (folder / "hook").write_text(WEBHOOK_SECRET + "\n")
        self.files = ["--secret-key-file", str(folder / "key"), "--webhook-secret-file", str(folder / "hook")]

    def __call__(self, *words: str, code: int = 0) -> str:
        answer = CliRunner().invoke(app, [*words], env=self.env)
        assert answer.exit_code == code, answer.output
        assert SECRET_KEY not in answer.output and WEBHOOK_SECRET not in answer.output
        return answer.output


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    """A Stripe that the commands reach."""
    made = FakeStripe()
    for module in (gateway, doctor_gateways):
        monkeypatch.setattr(module, "StripeHttp", lambda: StripeHttp(made.transport))
    return made


@pytest.fixture
def typed(dsn: str, tmp_path: Path, fake: FakeStripe) -> Typed:
    """A database with one organization."""
    made = Typed(dsn, tmp_path)
    made("org", "create", "House")
    return made


def test_an_account_is_set_up_shown_and_taken_away(typed: Typed) -> None:
    assert "sandbox" in typed("gateway", "show")
    told = typed("gateway", "set", "stripe", *typed.files, "--statement-descriptor", "GIFT")
    assert "real money" in told and "/raise/stripe/webhook/1" in told and "charge.dispute.created" in told
    shown = json.loads(typed("gateway", "show", "--json"))
    assert (shown["gateway"], shown["isLive"], shown["statementDescriptor"]) == ("Stripe", True, "GIFT")
    said = typed("gateway", "show")
    assert "GIFT" in said and f"..{shown['secretKeyEnd']}" in said and len(shown["secretKeyEnd"]) == 4
    assert "publishable key       none" in said
    assert "There are none" in typed("gateway", "events")
    assert "There are none" in typed("gateway", "payouts")
    assert "0 events" in typed("gateway", "replay")
    assert "forgotten" in typed("gateway", "remove")
    assert "There was no account" in typed("gateway", "remove")
    assert "sandbox" in typed("gateway", "show")


def test_a_file_that_cannot_be_read_is_named(typed: Typed) -> None:
    said = typed("gateway", "set", "stripe", "--secret-key-file", "/nope", code=1)
    assert "Secret key: the file /nope cannot be read" in said and "database" not in said


def test_a_key_that_stripe_does_not_know_is_not_kept(typed: Typed, fake: FakeStripe) -> None:
    fake.secret_key = "sk_live_other"
    assert "does not know this key" in typed("gateway", "set", "stripe", *typed.files, code=1)
    assert "sandbox" in typed("gateway", "show")
    typed("gateway", "set", "stripe", *typed.files, "--unchecked")
    found = json.loads(typed("doctor", "--quick", "--json", code=1))["findings"]
    (finding,) = [one for one in found if one["check"] == "gateway of organization 1"]
    assert finding["status"] == "problem" and "does not know" in finding["text"]


def test_the_key_is_tried_before_the_account_is_held(
    typed: Typed, fake: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("gateway", "set", "stripe", *typed.files)
    answer, waiting = fake.answer, []

    async def look(request: httpx.Request) -> httpx.Response:
        conn = await asyncpg.connect(typed.env["ALMONER_DATABASE_URL"])
        waiting.append(await conn.fetchval(_IN_TRANSACTION))
        await conn.close()
        return await answer(request)

    monkeypatch.setattr(fake, "answer", look)
    typed("gateway", "set", "stripe", *typed.files)
    assert waiting and not any(waiting)


_IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


def test_an_account_of_which_something_is_open_is_neither_replaced_nor_taken_away_unsaid(
    typed: Typed, fake: FakeStripe
) -> None:
    typed("gateway", "set", "stripe", *typed.files)
    asyncio.run(_execute(typed.env["ALMONER_DATABASE_URL"], _ASKED))
    told = typed("gateway", "remove", code=1)
    assert "payments (1), refunds (0) or events (0)" in told and "--yes" in told
    fake.account_id = "acct_other"
    assert "payments (1)" in typed("gateway", "set", "stripe", *typed.files, code=1)
    fake.account_id = "acct_fake"
    typed("gateway", "set", "stripe", *typed.files)
    fake.account_id = "acct_other"
    typed("gateway", "set", "stripe", *typed.files, "--yes")
    for account in ("acct_other", None):
        found = json.loads(typed("doctor", "--quick", "--json", code=1))["findings"]
        (finding,) = [one for one in found if "not given back" in one["text"]]
        assert finding["status"] == "problem" and "1 payments at Stripe (acct_fake)" in finding["text"], (
            account
        )
        assert finding["commands"] == ["almoner gateway set stripe --org 1"]
        (late,) = [one for one in found if "without a gift are not settled" in one["text"]]
        assert late["status"] == "warning"
        typed("gateway", "remove", "--yes")


_ASKED = """
    INSERT INTO giving.payment_intent (organization_id, state, gateway, account, gateway_key, amount_minor, currency, look_at, created_at,
        modified_at)
    VALUES (1, 'cancelling', 'Stripe', 'acct_fake', gen_random_uuid(), 1000, 'USD', now() + interval '1 minute', now() - interval '2 hours',
        now())
"""


async def _execute(dsn: str, statement: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute(statement)
    await conn.close()


def test_what_is_none_of_stripes_is_refused_by_name(typed: Typed) -> None:
    told = typed(
        "gateway",
        "set",
        "stripe",
        *typed.files[:2],
        "--webhook-secret-file",
        typed.files[1],
        "--statement-descriptor",
        "1",
        code=1,
    )
    assert "webhookSecret" in told and "statementDescriptor" in told


def test_another_key_of_the_vault_opens_nothing_and_says_so(typed: Typed) -> None:
    typed("gateway", "set", "stripe", *typed.files)
    typed.env["ALMONER_SECRETS_KEY"] = new_key()
    assert "sealed with another key" in typed("gateway", "show", code=1)
    typed.env.pop("ALMONER_SECRETS_KEY")
