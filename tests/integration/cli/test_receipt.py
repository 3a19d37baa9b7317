"""`almoner receipt`: what is listed, saved, voided, sent again, and the statements of a year."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from almoner.main import app
from tests.support.desk import Desk
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def test_receipts_from_the_command_line(own_house: House, dsn: str, tmp_path: Path) -> None:
    async def almoner(*words: str) -> Any:
        env = {"ALMONER_DATABASE_URL": dsn, "COLUMNS": "160"}
        answer = await asyncio.to_thread(CliRunner().invoke, app, ["receipt", *words], env=env)
        assert answer.exit_code == 0, answer.output
        return answer

    gift = await own_house.tenant.give(12.5)
    await Desk(own_house, tmp_path).settle()
    listed = json.loads((await almoner("list", "--json")).stdout)
    (receipt,) = listed["items"]
    assert receipt["giftId"] == gift["id"] and receipt["letterState"] == "sent"
    assert receipt["number"] in (await almoner("list", "--state", "issued")).stdout
    assert "Nothing failed." in (await almoner("failed")).stdout
    file = tmp_path / "receipt.pdf"
    await almoner("save", str(receipt["id"]), "--to", str(file))
    assert (await asyncio.to_thread(file.read_bytes))[:5] == b"%PDF-"
    assert (await asyncio.to_thread(file.stat)).st_mode & 0o777 == 0o600
    command = ["receipt", "save", str(receipt["id"]), "--to", str(file)]
    env = {"ALMONER_DATABASE_URL": dsn}
    twice = await asyncio.to_thread(CliRunner().invoke, app, command, env=env)
    assert twice.exit_code == 1 and "is there already" in twice.output
    await asyncio.to_thread(file.write_bytes, b"older")
    await almoner("save", str(receipt["id"]), "--to", str(file), "--force")
    assert (await asyncio.to_thread(file.read_bytes))[:5] == b"%PDF-"
    assert "is queued" in (await almoner("resend", str(receipt["id"]), "--email", "b@example.org")).stdout
    voided = json.loads(
        (await almoner("void", str(receipt["id"]), "--reason", "Wrong name", "--json")).stdout
    )
    assert voided["replacesId"] == receipt["id"]
    year = gift["date"][:4]
    made = json.loads((await almoner("statements", year, "--json")).stdout)
    assert (made["state"], made["doneCount"]) == ("done", 1)
    await almoner("statements", year, "--mail")
    assert "1 were not sent" in (await almoner("statements", year, "--mail")).stdout
    assert "were not sent" not in (await almoner("statements", year, "--mail", "--again")).stdout
    assert f"0 of 0 statements of {int(year) - 1}" in (await almoner("statements", str(int(year) - 1))).stdout
