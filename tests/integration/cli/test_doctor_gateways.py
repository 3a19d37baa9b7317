"""What the doctor tells of refunds and of what processors said."""

from __future__ import annotations

import asyncio
import json

import pytest
from typer.testing import CliRunner

from almoner.cli import output
from almoner.cli.doctor import examine
from almoner.cli.doctor_checks import PROBLEM, WARNING
from almoner.main import app
from tests.integration.cli.test_doctor import execute
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_refunds_of_which_nobody_knows_whether_they_went(
    own_house: House, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    gift = await own_house.tenant.give(10)
    await own_house.tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund", {})
    assert not [found for found in await examine(None, quick=True) if "refunds" in found.text]
    await execute(
        dsn,
        """UPDATE giving.reversal SET state = 'asked', version = 0, transaction_id = NULL, gateway_key = gen_random_uuid(),
            look_at = now() + interval '1 hour', created_at = now() - interval '2 hours'""",
    )
    (late,) = [found for found in await examine(None, quick=True) if "refunds" in found.text]
    assert late.status == WARNING and "1 refunds at Sandbox are not known to have gone" in late.text
    await execute(dsn, "ALTER TABLE giving.reversal DISABLE TRIGGER USER")
    await execute(dsn, "UPDATE giving.reversal SET gateway = 'Stripe', created_at = now()")
    (gone,) = [found for found in await examine(None, quick=True) if "refunds" in found.text]
    assert gone.status == PROBLEM and "no such account at Stripe any more" in gone.text and len(gone.ids) == 1
    (command,) = gone.commands
    assert command.startswith(f"almoner gateway set stripe --org {own_house.tenant.id}")


async def test_what_a_processor_said_and_nobody_could_book(
    own_house: House, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALMONER_DATABASE_URL", dsn)
    said = """INSERT INTO giving.processor_word (organization_id, gateway, event_id, kind, state, payment_id, transaction_id,
            amount_minor, currency, happened_at, received_at, look_at, looks, detail)
        VALUES ({}, 'Stripe', '{}', 'dispute', 'open', 'pi_1', 'dp_1', 1250, 'USD', now() + {}, now(), now() + interval '1 hour',
            3, 'No gift has this payment yet.')"""
    await execute(dsn, said.format(own_house.tenant.id, "foretold", "interval '3 days'"))
    assert not [found for found in await examine(None, quick=True) if "words" in found.text]
    await execute(dsn, said.format(own_house.tenant.id, "dp_1_open", "interval '0'"))
    await execute(dsn, "ALTER TABLE giving.processor_word DISABLE TRIGGER USER")
    await execute(
        dsn,
        "UPDATE giving.processor_word SET received_at = now() - interval '1 hour', happened_at = now() - interval '1 hour' "
        "WHERE event_id = 'dp_1_open'",
    )
    (found,) = [found for found in await examine(None, quick=True) if "words" in found.text]
    assert found.status == WARNING and "1 words of processors" in found.text
    (command,) = found.commands
    assert command.startswith(f"almoner gateway words --org {own_house.tenant.id}")
    words = ["gateway", "words", "--org", str(own_house.tenant.id)]
    listed = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--json"])
    told = {word["word"]: word for word in json.loads(listed.stdout)}
    assert set(told) == {"foretold", "dp_1_open"}
    assert (told["dp_1_open"]["detail"], told["dp_1_open"]["looks"]) == ("No gift has this payment yet.", 3)
    monkeypatch.setattr(output.out, "width", 200)
    shown = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert "dispute open" in shown.stdout and "No gift has this payment yet." in shown.stdout
