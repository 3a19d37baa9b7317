"""`almoner gift import` of files that are broken, in the way of each other, or made to break it."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.gift_files import HEADER, World, counts, file_of
from tests.support.server import COMMAND, environment


def test_a_row_refused_for_want_of_a_source_is_there_once_whichever_file_comes_again(
    world: World, tmp_path: Path
) -> None:
    header = f"{HEADER},transactionSource"
    file = file_of(tmp_path, *[f"{world.ada},5,2024-01-31,GENERAL,,"] * 2, header=header)
    listed = tmp_path / "refused.csv"
    assert counts(world.told(file, "--refused", str(listed), code=1)) == (0, 0, 2)
    assert counts(world.told(str(listed), "--source", "S")) == (2, 0, 0)
    assert counts(world.told(file, "--source", "S")) == (0, 2, 0)
    assert world.stored() == (2, 10)


@pytest.mark.parametrize(("end", "is_warned"), [("", True), ("\n", False)])
def test_a_file_that_may_have_been_cut_is_warned_of(
    world: World, tmp_path: Path, end: str, is_warned: bool
) -> None:
    file = tmp_path / "cut.csv"
    file.write_text(
        f"contactId,project,transactionId,amount\n{world.ada},GENERAL,1,125{end}", encoding="utf-8"
    )
    answer = world.run(str(file), "--source", "S", "--check", "--json")
    assert (answer.exit_code, json.loads(answer.stdout)["entered"]) == (0, 1)
    assert ("has no end" in answer.stderr) == is_warned


def test_a_row_in_another_encoding_says_to_name_it(world: World, tmp_path: Path) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes(f"{HEADER},notes\n{world.ada},5,2024-01-31,GENERAL,1,caf\xe9\n".encode("latin-1"))
    assert "with --encoding before rows are mended" in world.run(str(file), "--source", "S").stdout


def test_a_check_tells_what_entering_tells_of_a_taken_key_with_an_unknown_contact(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("almoner.cli.gift_import.PORTION", 1)
    file = file_of(tmp_path, f"{world.ada},5,2024-01-31,GENERAL,1", "999999,5,2024-01-31,GENERAL,1")
    checked = world.told(file, "--source", "S", "--check", code=1)
    told = world.told(file, "--source", "S", code=1)
    assert checked == {**told, "isCheck": True}
    assert told["reasons"] == [{"column": "contactId", "code": "UNKNOWN", "count": 1}]


def test_a_nul_in_who_gave_spoils_its_row_alone(world: World, tmp_path: Path) -> None:
    header = "contactEmail,contactName,contactReferenceSource,contactReferenceId,amount,project,transactionId,notes"
    file = file_of(
        tmp_path,
        "ada\0@example.org,,,,1,GENERAL,1,",
        "ada@example.org,A\0da,,,2,GENERAL,2,",
        ",,Sh\0op,A-1,3,GENERAL,3,",
        ",,Shop,A\0-1,4,GENERAL,4,",
        "ada@example.org,,,,5,GEN\0ERAL,5,",
        "ada@example.org,,,,6,GENERAL,6\0,",
        "ada@example.org,,,,7,GENERAL,7,a\0",
        "ada@example.org,,,,8,GENERAL,8,",
        header=header,
    )
    assert counts(world.told(file, "--source", "S", code=1)) == (1, 0, 7)
    assert world.stored() == (1, 8)


def test_what_is_stored_is_told_though_the_refused_cannot_be_written(world: World, tmp_path: Path) -> None:
    rows = [f"{world.ada},{amount},2024-01-31,GENERAL,{n}" for n, amount in enumerate(["1", "x", "2"])]
    file = file_of(tmp_path, *rows)
    for path, why, sums in (
        (tmp_path, "Is a directory", (2, 0, 1)),
        ("/dev/full", "No space left", (0, 2, 1)),
    ):
        answer = world.run(file, "--source", "S", "--refused", str(path), "--json")
        assert answer.exit_code == 2
        assert f"{path} cannot be written: {why}" in answer.stderr and "database" not in answer.stderr
        told = json.loads(answer.stdout)
        assert (counts(told), told["stoppedAfterLine"], told["refusedFile"]) == (sums, 4, None)
    words = world.run(file, "--source", "S", "--refused", "/dev/full").stdout
    assert "rows and their reasons are in" not in words


def test_the_refused_are_their_owners_alone_in_a_file_that_was_there(world: World, tmp_path: Path) -> None:
    listed = tmp_path / "refused.csv"
    listed.touch(0o644)
    file = file_of(tmp_path, f"{world.ada},x,2024-01-31,GENERAL,1")
    world.told(file, "--source", "S", "--refused", str(listed), code=1)
    assert listed.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["stdin", "hard link"])
def test_the_refused_never_go_over_the_file_that_is_read(world: World, tmp_path: Path, how: str) -> None:
    file = file_of(tmp_path, f"{world.ada},x,2024-01-31,GENERAL,1", f"{world.ada},2,2024-01-31,GENERAL,2")
    before, other = Path(file).read_text(encoding="utf-8"), tmp_path / "other.csv"
    other.hardlink_to(file)
    named = "-" if how == "stdin" else str(other)
    command = [*COMMAND, "gift", "import", named, "--source", "S", "--refused", file, "--org", str(world.id)]
    with Path(file).open("rb") as stdin:
        answer = subprocess.run(
            command,
            stdin=stdin,
            env=environment(ALMONER_DATABASE_URL=world.dsn),
            capture_output=True,
            check=False,
        )
    assert (answer.returncode, Path(file).read_text(encoding="utf-8")) == (2, before)
    assert b"overwrite" in answer.stderr


def test_an_amount_that_no_money_has_is_in_no_sum(world: World, tmp_path: Path) -> None:
    file = file_of(
        tmp_path,
        f"{world.ada},1e999999999,2024-01-31,GENERAL,1",
        f"{world.ada},1e-999999999,2024-01-31,GENERAL,2",
        f"{world.ada},-3,2024-01-31,GENERAL,3",
    )
    told = world.told(file, "--source", "S", code=1)
    assert (told["amountRefused"], told["refusedWithoutAmount"]) == ({"USD": "-3.00"}, 2)


def test_a_file_of_a_european_spreadsheet_is_mended_as_it_is(world: World, tmp_path: Path) -> None:
    file, listed = tmp_path / "gaben.csv", tmp_path / "refused.csv"
    rows = [
        f"{world.ada};12.50;31.01.2024;GENERAL;1;Müller, Jörg",
        f'{world.ada};7.50;2024-01-31;"GENERAL=5; GENERAL=2.50";2;',
        f"{world.bo};2.500;2024-01-31;GENERAL;3;",
        f"{world.bo};1.234,50;13/04/2024;GENERAL;4;",
        ";1.255,00;;;;Summe",
    ]
    header = "contactId;amount;giftDate;project;transactionId;notes"
    file.write_bytes("\r\n".join([header, *rows, ""]).encode("cp1252"))
    words = ("--source", "S", "--encoding", "cp1252")
    told = world.told(str(file), *words, "--refused", str(listed), code=1)
    assert counts(told) == (1, 0, 4)
    assert (told["amountEntered"], told["amountRefused"]) == ({"USD": "7.50"}, {"USD": "12.50"})
    assert told["refusedWithoutAmount"] == 3
    text = listed.read_text(encoding="cp1252")
    fields = [line.split(";")[1] for line in text.splitlines()[1:4]]
    assert fields == ["giftDate", "amount", '"amount']
    for wrong, right in (("31.01.2024", "2024-01-31"), (";2.500", ";2500"), ("1.234,50", "1234.50"), ("13/04/2024", "2024-04-13")):  # fmt: skip
        text = text.replace(wrong, right)
    listed.write_text(text, encoding="cp1252", newline="")
    assert counts(world.told(str(listed), *words, code=1)) == (3, 0, 1)
    assert world.stored() == (4, Decimal("3754.50"))


def test_the_gift_is_named_that_has_the_key_of_a_refused_row(world: World, tmp_path: Path) -> None:
    world.told(file_of(tmp_path, f"{world.ada},5,2024-01-31,GENERAL,1"), "--source", "S")
    (gift,) = world.rows("SELECT id FROM crm.gift WHERE organization_id = $1")
    answer = world.run(file_of(tmp_path, f"{world.bo},5,2024-01-31,GENERAL,1"), "--source", "S")
    assert (
        f"line 2, transactionId: Gift {gift['id']} has this transaction source and id, and another contact"
        in answer.stdout
    )


def test_a_cell_in_a_column_without_a_name_is_not_passed_over(world: World, tmp_path: Path) -> None:
    rows = [f"{world.ada},GENERAL,1,234.50,x,", f"{world.ada},GENERAL,1234.50,x,,"]
    told = world.told(
        file_of(tmp_path, *rows, header="contactId,project,amount,transactionId,,"), "--source", "S", code=1
    )
    assert counts(told) == (1, 0, 1)
    assert told["reasons"] == [{"column": "", "code": "CELLS", "count": 1}]
