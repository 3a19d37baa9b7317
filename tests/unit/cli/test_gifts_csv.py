"""What a row of gifts.csv means, what it may say, and how files that are wrong as a whole are refused."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.cli.csv_rows import GiftsFileError
from almoner.cli.gift_cells import (
    COLUMNS,
    column_of,
    parse_amount,
    parse_day,
    parse_flag,
    parse_projects,
)
from almoner.cli.gifts_csv import BadRow, GiftRowView, GiftsReader, open_text, survey
from almoner.cli.written import CellError

DIGEST = "0123456789abcdef" * 4


def rows_of(text: str) -> list[GiftRowView | BadRow]:
    return list(GiftsReader(io.StringIO(text, newline=""), DIGEST))


def row_of(header: str, row: str) -> Any:
    (found,) = rows_of(f"{header}\n{row}\n")
    return found


def body_of(header: str, row: str) -> dict[str, Any]:
    found = row_of(header, row)
    assert isinstance(found, GiftRowView), found
    return json.loads(found.body, parse_float=Decimal)


def problems_of(header: str, row: str) -> set[str]:
    found = row_of(header, row)
    assert isinstance(found, BadRow), found
    return {problem.field for problem in found.problems}


@pytest.mark.parametrize(
    ("text", "amount"),
    [("50", "50"), ("50.00", "50"), ("1234.5", "1234.5"), ("1,234.50", "1234.5"), ("$1,234.50", "1234.5"),
     ("$ 7", "7"), ("1,000", "1000"), ("1,234,567.89", "1234567.89"), ("0.01", "0.01"), ("100", "100")],
)  # fmt: skip
def test_an_amount_as_people_write_it(text: str, amount: str) -> None:
    assert str(parse_amount(text, "USD")) == amount


@pytest.mark.parametrize(
    "text",
    ["1 234,50", "1234,50", "1.234,50", "12,34", "1,23,456", "-5", "(5.00)", "0", "0.00", "$", "five", "1e3", "NaN",
     "5.", ".5", "\u0665", "$$5", "9" * 31],
)  # fmt: skip
def test_an_amount_that_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        parse_amount(text, "USD")


def test_one_comma_is_ambiguous_where_a_currency_has_three_decimals() -> None:
    with pytest.raises(CellError):
        parse_amount("1,234", "KWD")
    assert parse_amount("1,234,567", "KWD") == 1234567
    assert parse_amount("1.234", "KWD") == Decimal("1.234")
    for currency in ("USD", ""):
        with pytest.raises(CellError, match="two ways"):
            parse_amount("1.234", currency)
    assert parse_amount("1,234.500", "KWD") == Decimal("1234.5")


@given(st.decimals(min_value="0.01", max_value="99999999.99", places=2))
def test_every_spelling_of_an_amount_is_the_same_amount(amount: Decimal) -> None:
    spellings = {str(parse_amount(text)) for text in (f"{amount}", f"{amount:,}", f"${amount:,}")}
    assert len(spellings) == 1
    assert Decimal(spellings.pop()) == amount


def test_days() -> None:
    assert parse_day("2024-02-29") == parse_day("2/29/2024") == parse_day("02/29/2024") == "2024-02-29"
    for text in (
        "2023-02-29",
        "13/1/2024",
        "1.2.2024",
        "2024-1-2",
        "24-01-02",
        "20240102",
        "2024-01-02T00:00",
    ):
        with pytest.raises(CellError):
            parse_day(text)


def test_flags() -> None:
    assert all(parse_flag(text) for text in ("true", "TRUE", "yes", "Y", "1"))
    assert not any(parse_flag(text) for text in ("false", "No", "n", "0"))
    with pytest.raises(CellError):
        parse_flag("maybe")


def test_a_project_is_a_code_or_a_split() -> None:
    assert parse_projects("WELLS") == [{"code": "WELLS"}]
    assert parse_projects("WELLS=$1,000.50; ROOF = 2;") == [
        {"code": "WELLS", "amount": Decimal("1000.5")},
        {"code": "ROOF", "amount": Decimal(2)},
    ]
    for text in ("WELLS;ROOF", "WELLS=", "=5", "WELLS=5;ROOF", "WELLS=0"):
        with pytest.raises(CellError):
            parse_projects(text)


def test_a_whole_row_becomes_a_give() -> None:
    header = ",".join(column.upper() for column in COLUMNS)
    values = dict.fromkeys(COLUMNS, "x") | {
        "amount": '"$1,234.50"', "currency": "eur", "project": "A=1000;B=234.50", "sourceSystem": "old", "sourceKey": "7",
        "date": "1/31/2024", "paymentToken": "tok_visa", "paymentType": "3", "campaignId": "12", "isAnonymous": "yes",
        "isTestMode": "no", "donorEmail": "Ada@Example.org", "donorSourceKey": "d1",
    }  # fmt: skip
    body = body_of(header, ",".join(values[column] for column in COLUMNS))
    donor = body.pop("donor")
    assert body == {
        "amount": Decimal("1234.5"),
        "currencyCode": "EUR",
        "projects": [{"code": "A", "amount": 1000}, {"code": "B", "amount": Decimal("234.5")}],
        "transactionSource": "old",
        "transactionId": "7",
        "date": "2024-01-31",
        "paymentMethodId": "tok_visa",
        "paymentMethodType": 3,
        "campaignId": 12,
        "segmentCode": "x",
        "notes": "x",
        "isAnonymous": True,
        "isTestMode": False,
    }
    assert donor.pop("isOrganization") is True
    assert (donor.pop("email"), donor.pop("sourceKey"), donor.pop("sourceSystem")) == (
        "Ada@Example.org",
        "d1",
        "old",
    )
    assert set(donor.values()) == {"x"}
    assert len(donor) == 13


def test_what_a_short_row_leaves_out_is_left_to_the_server() -> None:
    assert body_of("amount,donorEmail,sourceKey", "5,a@example.org,1") == {
        "amount": 5,
        "paymentMethodId": "tok_offline",
        "transactionSource": "csv",
        "transactionId": "1",
        "donor": {"email": "a@example.org"},
    }


def test_the_same_gift_written_otherwise_is_the_same_request() -> None:
    first = row_of("amount,currency,date,donorEmail,sourceKey", "1234.50,USD,2024-01-31,a@example.org,1")
    second = row_of(
        "sourceKey,Date , DONOREMAIL,amount,currency,colour", '1,1/31/2024, a@example.org,"$1,234.5",usd,red'
    )
    assert first.body == second.body


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    header = "amount,date,paymentType,campaignId,isAnonymous,project,donorEmail,sourceKey"
    assert problems_of(header, "x,x,15,0,x,A;B,,") == {
        "amount", "date", "paymentType", "campaignId", "isAnonymous", "project", "donorEmail", "sourceKey",
    }  # fmt: skip
    assert problems_of("amount,donorEmail", ",a@example.org") == {"amount"}
    assert problems_of("amount,donorEmail,notes", "5,a@example.org,a\0b") == {"notes"}


def test_a_reason_never_quotes_the_cell() -> None:
    header = "amount,date,isAnonymous,donorEmail"
    found = row_of(header, "Ada Example,Ada Example,Ada Example,a@example.org")
    assert not [problem for problem in found.problems if "Ada" in problem.message]


def test_a_row_with_a_cell_too_many_is_not_guessed_at() -> None:
    assert problems_of("amount,donorEmail,notes", "$1,234.50,a@example.org,") == {""}
    assert problems_of("amount,donorEmail,notes", "5,a@example.org") == {""}


def test_donors_are_told_apart_by_mail_and_by_key() -> None:
    header = "amount,donorEmail,donorSourceKey"
    assert row_of(header, "5,A@example.org,").donor == row_of(header, "6,a@EXAMPLE.org,").donor
    assert set(row_of(header, "5,a@example.org,k").donor) > set(row_of(header, "5,,k").donor)


def test_rows_know_their_lines() -> None:
    text = 'amount,donorEmail,notes\r\n5,a@example.org,"two\r\nlines"\r\n\r\n,,\r\n6,b@example.org,\r\n'
    found = rows_of(text)
    assert [(row.line, row.lines) for row in found] == [(2, 2), (6, 1)]
    assert isinstance(found[0], GiftRowView)
    assert json.loads(found[0].body)["notes"] == "two\r\nlines"


def test_without_source_keys_a_row_is_known_by_file_and_line() -> None:
    keys = [row.key for row in rows_of("amount,donorEmail\n5,a@example.org\n5,a@example.org\n")]
    assert keys == [f"{DIGEST[:16]}-2", f"{DIGEST[:16]}-3"]


def test_unmatched_quotes_cost_one_row_and_say_where() -> None:
    found = rows_of('amount,donorEmail\n5,"a"b@example.org\n6,b@example.org\n7,"open\n8,c@example.org\n')
    assert [type(row) for row in found] == [BadRow, GiftRowView, BadRow]
    assert isinstance(found[2], BadRow)
    assert "Lines 4 to 5" in found[2].problems[0].message


@pytest.mark.parametrize(
    ("header", "word"),
    [("donorEmail", "`amount`"), ("amount,notes", "donorSourceKey"), ("amount|donorEmail", "first line"),
     ("amount,Amount,donorEmail", "twice"), ("5,a@example.org", "first line"), ("", "amount"), ('"a"b', "not CSV")],
)  # fmt: skip
def test_a_header_that_will_not_do_is_named(header: str, word: str) -> None:
    with pytest.raises(GiftsFileError, match=word):
        GiftsReader(io.StringIO(f"{header}\n1,2\n"), DIGEST)


def test_unknown_columns_are_ignored_and_listed() -> None:
    reader = GiftsReader(io.StringIO("amount,colour,donorEmail,,size\n"), DIGEST)
    assert reader.layout.unknown == ("colour", "size")


def test_a_survey_reads_any_text_that_is_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "gifts.csv"
    file.write_bytes("\ufeffamount,donorLastName,donorEmail\r\n5,Zoë,z@example.org".encode())
    found = survey(file, "utf-8")
    with open_text(file, "utf-8") as text:
        (row,) = GiftsReader(text, found.digest)
    assert found.lines == 2
    assert isinstance(row, GiftRowView)
    assert json.loads(row.body)["donor"]["lastName"] == "Zoë"


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "gifts.csv"
    file.write_bytes(
        "amount,donorLastName,donorEmail\n5,Bo,b@example.org\n5,Zoë,z@example.org\n".encode("latin-1")
    )
    with pytest.raises(GiftsFileError, match=r"Line 3 .*--encoding latin-1"):
        survey(file, "utf-8")
    assert survey(file, "latin-1").lines == 3


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"a\xc3"])
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "gifts.csv"
    file.write_bytes(content)
    with pytest.raises(GiftsFileError, match="Line 1"):
        survey(file, "utf-8")


def test_a_missing_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GiftsFileError, match="cannot be read"):
        survey(tmp_path / "none.csv", "utf-8")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(GiftsFileError, match="is empty"):
        survey(tmp_path / "empty.csv", "utf-8")


def test_what_the_server_complains_of_is_told_by_column() -> None:
    assert column_of("donor.email") == "donorEmail"
    assert column_of("projects[1].amount") == "project"
    assert column_of("transactionId") == "sourceKey"
    assert column_of("amount") == "amount"


def test_every_column_is_documented() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "gifts-csv.md").read_text(
        encoding="utf-8"
    )
    documented = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert documented == set(COLUMNS)
