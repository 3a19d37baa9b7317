"""`almoner gift import`: what is entered, refused and told, again and again, and after it was ended between portions."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from almoner.crm.gifts.bring import bring
from almoner.platform.database import open_database
from tests.integration.platform.postgres.servers import wait_until
from tests.support.figures import wrong_figures
from tests.support.gift_files import HEADER, World, counts, fetched, file_of, new_world, refused_in
from tests.support.server import COMMAND, environment


async def _wrong(world: World) -> Any:
    db = await open_database(world.dsn, pool_size=1)
    try:
        return await wrong_figures(db, world.id)
    finally:
        await db.close()


def test_good_rows_are_entered_and_bad_ones_can_be_mended(world: World, tmp_path: Path) -> None:
    file = file_of(
        tmp_path,
        f"{world.ada},12.50,2024-01-31,GENERAL,1",
        f"{world.bo},20,1/31/2024,GENERAL=12.50; general=7.50,2",
        f"{world.bo},0.001,2999-01-01,NOWHERE,3",
        f"{world.ada},x,soon,GENERAL,4",
        "999999,7,2024-01-31,GENERAL=6,5",
        f"{world.ada},5,2024-01-31,GENERAL",
    )
    listed = tmp_path / "refused.csv"
    words = (file, "--source", "Old CRM", "--refused", str(listed))
    told = world.told(*words, code=1)
    assert counts(told) == (2, 0, 4)
    assert told["amountEntered"] == {"USD": "32.50"}
    assert (told["amountRefused"], told["refusedWithoutAmount"]) == ({"USD": "7.001"}, 2)
    assert told["refusedFile"] == str(listed) and listed.stat().st_mode & 0o777 == 0o600
    rows = refused_in(listed)
    assert [(row["refusedLine"], row["refusedField"]) for row in rows] == [
        ("4", "amount; giftDate; project"),
        ("5", "amount; giftDate"),
        ("6", "project; contactId"),
        ("7", ""),
    ]
    mended = listed.read_text(encoding="utf-8-sig").replace(",x,soon,", ",5,2024-01-31,").replace("=6,", ",")
    mended = mended.replace("999999", str(world.ada)).replace(
        "0.001,2999-01-01,NOWHERE", "1,2024-01-31,GENERAL"
    )
    again = tmp_path / "mended.csv"
    again.write_text(mended, encoding="utf-8")
    assert counts(world.told(str(again), "--source", "Old CRM", code=1)) == (3, 0, 1)
    assert counts(world.told(str(again), "--source", "Old CRM", code=1)) == (0, 3, 1)
    assert world.stored() == (5, Decimal("45.50"))
    assert asyncio.run(_wrong(world)) == []


def test_people_are_told_what_to_do(world: World, tmp_path: Path) -> None:
    file = file_of(tmp_path, f"{world.ada},1000,2024-01-31,GENERAL,1", f"{world.ada},,2024-01-31,GENERAL,2")
    checked = world.run(file, "--source", "it's old", "--check")
    assert checked.exit_code == 1
    assert "Would enter:          1   USD 1,000.00" in checked.stdout
    assert "line 3, amount: This field is required." in checked.stdout
    last = checked.stdout.strip().splitlines()[-1]
    assert f"gift import {file} --source 'it'\"'\"'s old' --org {world.id}" in last
    assert world.stored() == (0, 0)
    entered = world.run(file, "--source", "it's old")
    assert "Entered:              1   USD 1,000.00" in entered.stdout
    assert "--refused FILE" in entered.stdout


def test_who_gave_may_be_said_by_address_and_name(world: World, tmp_path: Path) -> None:
    header = "contactEmail,contactName,amount,transactionId,project"
    file = file_of(
        tmp_path,
        "ADA@example.org,,1,1,GENERAL",
        "all@example.org,Bo,2,2,GENERAL",
        "all@example.org,pat bo,3,3,GENERAL",
        "all@example.org,,4,4,GENERAL",
        "ada@example.org,Bo,5,5,GENERAL",
        "cy@example.org,,6,6,GENERAL",
        ",,7,7,GENERAL",
        header=header,
    )
    listed = tmp_path / "refused.csv"
    told = world.told(file, "--source", "S", "--refused", str(listed), code=1)
    assert counts(told) == (3, 0, 4)
    assert [(row["refusedField"], row["amount"]) for row in refused_in(listed)] == [
        ("contactEmail", "4"), ("contactName", "5"), ("contactEmail", "6"), ("contactEmail", "7"),
    ]  # fmt: skip
    assert f"{world.ada}, {world.bo}" in refused_in(listed)[0]["refusedReason"]
    found = world.rows("SELECT contact_id FROM crm.gift WHERE organization_id = $1 ORDER BY amount_minor")
    assert [row["contact_id"] for row in found] == [world.ada, world.bo, world.bo]


def test_an_address_of_who_was_merged_is_that_of_the_contact_they_are_now(
    world: World, tmp_path: Path
) -> None:
    sql = "UPDATE crm.contact SET merged_into_id = $2 WHERE organization_id = $1 AND name = 'Ada'"
    asyncio.run(fetched(world.dsn, sql, world.id, world.bo))
    rows = [
        "ada@example.org,,1,1,GENERAL",
        "ada@example.org,Pat Ada,2,2,GENERAL",
        "ada@example.org,bo,3,3,GENERAL",
        "all@example.org,,4,4,GENERAL",
        "ada@example.org,Cy,5,5,GENERAL",
    ]
    file = file_of(tmp_path, *rows, header="contactEmail,contactName,amount,transactionId,project")
    assert counts(world.told(file, "--source", "S", code=1)) == (4, 0, 1)
    found = world.rows("SELECT DISTINCT contact_id FROM crm.gift WHERE organization_id = $1")
    assert [row["contact_id"] for row in found] == [world.bo]
    asyncio.run(fetched(world.dsn, "UPDATE crm.contact SET is_archived = true WHERE id = $1", world.bo))
    assert world.told(file, "--source", "T", code=1)["reasons"] == [
        {"column": "contactEmail", "code": "UNKNOWN", "count": 5}
    ]


def test_who_gave_may_be_said_by_the_key_of_another_system(world: World, tmp_path: Path) -> None:
    sql = "INSERT INTO crm.contact_reference (organization_id, source, reference_id, contact_id, version) VALUES ($1, 'Shop', 'A-1', $2, 1)"
    asyncio.run(fetched(world.dsn, sql, world.id, world.ada))
    header = "contactReferenceSource,contactReferenceId,contactEmail,amount,transactionId,project"
    rows = ("Shop,A-1,bo@example.org,1,1,GENERAL", "Shop,A-2,,2,2,GENERAL", "Shop,,,3,3,GENERAL")
    told = world.told(file_of(tmp_path, *rows, header=header), "--source", "S", code=1)
    assert counts(told) == (1, 0, 2)
    assert [(one["column"], one["code"]) for one in told["reasons"]] == [
        ("contactReferenceId", "REQUIRED"),
        ("contactReferenceId", "UNKNOWN"),
    ]
    (gift,) = world.rows("SELECT contact_id FROM crm.gift WHERE organization_id = $1")
    assert gift["contact_id"] == world.ada


def test_a_portion_that_meets_others_work_is_entered_anew(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    async def meets_another(tx: Any, *gifts: Any, **more: Any) -> Any:
        calls.append(1)
        brought = await bring(tx, *gifts, **more)
        if len(calls) == 1:
            raise asyncpg.SerializationError("another took the key")
        return brought

    monkeypatch.setattr("almoner.cli.gift_import_desk.bring", meets_another)
    file = file_of(tmp_path, f"{world.ada},5,2024-01-31,GENERAL,1")
    assert counts(world.told(file, "--source", "S")) == (1, 0, 0)
    assert (len(calls), world.stored()) == (2, (1, 5))


def test_a_file_may_be_compressed_piped_marked_or_in_latin(world: World, tmp_path: Path) -> None:
    text = (
        f"contactId,amount,giftDate,project,transactionId,notes\r\n{world.ada},5,2024-01-31,GENERAL,1,é\r\n"
    )
    packed = tmp_path / "gifts.csv.gz"
    packed.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    assert counts(world.told(str(packed), "--source", "S")) == (1, 0, 0)
    assert counts(world.told("-", "--source", "S", stdin=text.encode())) == (0, 1, 0)
    assert counts(world.told("-", "--source", "S", stdin=gzip.compress(text.encode()))) == (0, 1, 0)
    latin = text.encode("latin-1")
    assert world.told("-", "--source", "S", code=1, stdin=latin)["reasons"] == [
        {"column": "", "code": "INVALID", "count": 1}
    ]
    assert counts(world.told("-", "--source", "S", "--encoding", "latin-1", stdin=latin)) == (0, 1, 0)
    packed.write_bytes(packed.read_bytes()[:-12])
    broken = world.run(str(packed), "--source", "S")
    assert broken.exit_code == 2 and "compressed file is broken" in broken.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv", "--source", "S"], "cannot be read"),
        (["gifts.csv"], "Say where the gifts come from"),
        (["gifts.csv", "--source", "S", "--map", "amount="], "no column `amount`"),
        (["gifts.csv", "--source", "S", "--refused", "gifts.csv"], "overwrite"),
        (["gifts.csv", "--source", "S", "--refused", "no/where.csv"], "no folder"),
        (["gifts.csv", "--source", "S", "--encoding", "utf-16"], "utf-16"),
    ],
)
def test_a_call_that_cannot_work_is_refused_at_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file_of(tmp_path, f"{world.ada},5,2024-01-31,GENERAL,1")
    answer = world.run(*words)
    assert answer.exit_code == 2, answer.output
    assert said in answer.stderr


ROW = st.tuples(
    st.sampled_from(["ada", "bo", "none"]),
    st.sampled_from(["1", "2.50", "1e1", "0", "-3", "0.001", "100.00"]),
    st.sampled_from(["GENERAL", "general=1", "NOWHERE", ""]),
    st.sampled_from(["", "", "", "k1", "k2"]),
)


@given(rows=st.lists(ROW, max_size=12), portion=st.sampled_from([1, 2, 5]))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_lost_doubled_or_counted_twice(
    shared: str, monkeypatch: pytest.MonkeyPatch, rows: Sequence[Any], portion: int
) -> None:
    monkeypatch.setattr("almoner.cli.gift_import.PORTION", portion)
    world = new_world(shared)
    ids = {"ada": world.ada, "bo": world.bo, "none": 999_999}
    text = io.StringIO()
    csv.writer(text).writerow(["contactId", "amount", "project", "transactionId", "giftDate"])
    csv.writer(text).writerows((ids[giver], *more, "2024-01-31") for giver, *more in rows)
    sent = text.getvalue().encode()
    answer = world.run("-", "--source", "S", "--check", "--json", stdin=sent)
    checked, code = json.loads(answer.stdout), answer.exit_code
    assert code == (1 if checked["refused"] else 0)
    assert world.stored() == (0, 0)
    told = world.told("-", "--source", "S", code=code, stdin=sent)
    assert {**checked, "isCheck": False} == told
    sums = [
        Decimal(told[name].get("USD", "0"))
        for name in ("amountEntered", "amountAlreadyThere", "amountRefused")
    ]
    assert sum(sums) == sum(Decimal(amount) for _, amount, _, _ in rows)
    assert sum(counts(told)) == len(rows)
    assert world.stored() == (told["entered"], sums[0])
    again = world.told("-", "--source", "S", code=code, stdin=sent)
    assert counts(again) == (0, told["entered"] + told["alreadyThere"], told["refused"])
    assert world.stored() == (told["entered"], sums[0])


def test_equal_gifts_stay_as_many_as_they_are(world: World, tmp_path: Path) -> None:
    header = "contactId,amount,giftDate,project"
    row, other = f"{world.ada},5,2024-01-31,GENERAL", f"{world.bo},6,2024-02-01,GENERAL"
    words = ("--source", "Sheet")
    assert counts(world.told(file_of(tmp_path, row, row, header=header), *words)) == (2, 0, 0)
    longer = file_of(tmp_path, other, row, row, row, header=header)
    assert counts(world.told(longer, *words)) == (2, 2, 0)
    keys = world.rows("SELECT transaction_source, transaction_id FROM crm.gift WHERE organization_id = $1")
    assert Counter(row["transaction_source"] for row in keys) == {"Sheet": 4}
    assert all(row["transaction_id"].startswith("row-") for row in keys)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_is_ended_between_portions_goes_on_where_it_was(world: World, how: signal.Signals) -> None:
    rows = [f"{world.ada},1.00,2024-01-31,GENERAL,{number}" for number in range(2_500)]
    lines = [f"{line}\n".encode() for line in (HEADER, *rows)]
    command = [*COMMAND, "gift", "import", "-", "--source", "S", "--org", str(world.id)]
    piped: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(ALMONER_DATABASE_URL=world.dsn), **piped) as running:
        assert running.stdin is not None and running.stdout is not None
        running.stdin.write(b"".join(lines[:1_900]))
        running.stdin.flush()
        wait_until(lambda: world.stored()[0] > 0)
        running.send_signal(how)
        out = running.stdout.read().decode()
        code = running.wait()
    assert world.stored() == (1_000, 1_000)
    if how is signal.SIGINT:
        assert code == 130
        assert "Entered:          1,000   USD 1,000.00" in out
        assert "Stopped after line 1,001." in out and "gift import - --source S" in out
    told = world.told("-", "--source", "S", stdin=b"".join(lines))
    assert counts(told) == (1_500, 1_000, 0)
    assert world.stored() == (2_500, 2_500)
    assert asyncio.run(_wrong(world)) == []


def test_a_portion_that_is_interrupted_leaves_nothing(world: World, tmp_path: Path) -> None:
    file = file_of(tmp_path, f"{world.ada},5,2024-01-31,GENERAL,1")
    code, out = asyncio.run(_interrupted(world, file))
    assert (code, world.stored()) == (130, (0, 0))
    assert "Stopped before any row was done." in out and f"gift import {file}" in out


async def _interrupted(world: World, file: str) -> tuple[int | None, str]:
    """What a call says that is interrupted while it waits for a contact that somebody holds."""
    holder = await asyncpg.connect(world.dsn)
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM crm.contact WHERE id = $1 FOR UPDATE", world.ada)
            running = await asyncio.create_subprocess_exec(
                *COMMAND, "gift", "import", file, "--source", "S", "--org", str(world.id),
                env=environment(ALMONER_DATABASE_URL=world.dsn), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            while not await holder.fetchval(waiting):  # noqa: ASYNC110 - the database rings no bell
                await asyncio.sleep(0.01)
            running.send_signal(signal.SIGINT)
            out, _ = await running.communicate()
        return running.returncode, out.decode()
    finally:
        await holder.close()


def test_who_entered_them_is_told(world: World, tmp_path: Path) -> None:
    world.told(file_of(tmp_path, f"{world.ada},5,2024-01-31,GENERAL,1"), "--source", "S")
    (gift,) = world.rows("SELECT created_by FROM crm.gift WHERE organization_id = $1")
    assert gift["created_by"].startswith("command line")
