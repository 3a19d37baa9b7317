"""What columns of a file for the CRM are, what a row says of a gift, and which key it gets for want of one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.cli.csv_rows import CsvRows, GiftsFileError
from almoner.cli.gift_cells import parse_amount
from almoner.cli.gift_fields import NOTES, GiftReader, GiftRow, columns_of
from almoner.cli.written import CellError

NEEDED = ("amount", "contactId", "transactionId")


def read(text: str, *maps: str, source: str | None = "old", currency: str = "USD") -> list[GiftRow]:
    rows = CsvRows(io.StringIO(text, newline=""))
    reader = GiftReader(columns_of(rows.header, maps, source), source, currency)
    return [reader.read(row) for row in rows]


def said(header: str, row: str, *maps: str, source: str | None = "old") -> Any:
    (found,) = read(f"{header}\n{row}\n", *maps, source=source)
    assert found.gift is not None and not found.gift.errors, found
    return found.gift.said


def key_of(row: GiftRow) -> str:
    assert row.gift is not None
    return str(row.gift.said["transactionId"])


def test_cells_become_the_body_of_the_api() -> None:
    header = "AMOUNT,Contact ID,when,project,isPrivate,customFields.Shirt size,transactionId,Remarks"
    maps = ("contact id=contactId", "when=giftDate", "remarks=")
    assert said(header, '12.50, 7 ,1/2/2024,WELLS,TRUE,XL,a-1,"anything, at all"', *maps) == {
        "amount": "12.50",
        "contactId": 7,
        "giftDate": "1/2/2024",
        "giftDesignations": [{"projectCode": "WELLS"}],
        "isPrivate": True,
        "customFields": {"Shirt size": "XL"},
        "transactionSource": "old",
        "transactionId": "a-1",
    }


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("WELLS", [("WELLS", None)]),
        ("A=12.50; B = 7.50", [("A", "12.50"), ("B", "7.50")]),
        ("A=20;", [("A", "20")]),
    ],
)
def test_a_split_is_one_cell(cell: str, parts: list[tuple[str, str | None]]) -> None:
    found = said("amount,contactId,transactionId,project", f"20,1,a,{cell}")["giftDesignations"]
    assert [(part["projectCode"], part.get("amountDesignated")) for part in found] == parts


def test_of_columns_that_differ_by_case_alone_the_one_is_meant_that_is_written_so() -> None:
    header = "amount,contactId,transactionId,Notes,notes"
    for left_out, stays in (("Notes", "b"), ("notes", "a")):
        assert said(header, "1,1,x,a,b", f"{left_out}=")["notes"] == stays


def doubts(header: str, row: str, currency: str = "USD") -> list[tuple[str, str]]:
    (found,) = read(f"contactId,transactionId,{header}\n1,x,{row}\n", currency=currency)
    assert found.gift is not None
    return [(error.field, error.code) for error in found.gift.errors]


@pytest.mark.parametrize("cell", ["1,234.50", "$1,234.50", "$ 1234.50", "1234.50"])
def test_an_amount_as_people_write_it_is_taken_wherever_money_stands(cell: str) -> None:
    header = "amount,stockSaleAmount,project,contactId,transactionId"
    found = said(header, f'"{cell}","{cell}","A={cell}; B=2",1,x')
    assert (found["amount"], found["stockSaleAmount"]) == ("1234.50", "1234.50")
    assert [part["amountDesignated"] for part in found["giftDesignations"]] == ["1234.50", "2"]


@pytest.mark.parametrize(
    ("cell", "is_so"),
    [("TRUE", True), ("Yes", True), ("y", True), ("1", True), ("false", False), ("NO", False), ("n", False), ("0", False)],
)  # fmt: skip
def test_yes_and_no_are_taken_in_the_words_of_people(cell: str, is_so: bool) -> None:
    assert said("amount,contactId,transactionId,isPrivate", f"1,1,x,{cell}")["isPrivate"] is is_so


@pytest.mark.parametrize("cell", ["12,50", "1.234,50", "1 234,50", "12,5 €", "$12,50"])
def test_a_comma_before_the_cents_is_refused_in_these_words_in_both_kinds_of_files(cell: str) -> None:
    (found,) = read(f'contactId,transactionId,amount\n1,x,"{cell}"\n')
    assert found.gift is not None
    (error,) = found.gift.errors
    assert (error.field, error.code) == ("amount", "AMBIGUOUS")
    assert "A comma before the cents is not read." in error.message
    with pytest.raises(CellError, match="A comma before the cents is not read"):
        parse_amount(cell, "USD")


def test_one_comma_before_three_digits_is_refused_where_a_currency_has_three_places() -> None:
    assert doubts("amount,currencyCode", '"1,234",KWD') == [("amount", "AMBIGUOUS")]
    assert doubts("amount,currencyCode", '"1,234",JPY') == doubts("amount", '"1,234.500"', "KWD") == []


@pytest.mark.parametrize("cell", ["2.500", "1.000", "999.000", "+2.500", "$2.500"])
def test_an_amount_with_three_digits_behind_its_point_is_refused(cell: str) -> None:
    assert doubts("amount", cell) == [("amount", "AMBIGUOUS")]
    assert doubts("amount,coinSaleAmount", f"1,{cell}") == [("coinSaleAmount", "AMBIGUOUS")]
    assert doubts("amount,project", f"5,A={cell}; B=2.50") == [("giftDesignations", "INVALID")]


@pytest.mark.parametrize("cell", ["2.50", "2.5", "0.500", "2500", "2.5000", "1234.000"])
def test_an_amount_that_can_be_read_in_one_way_is_taken(cell: str) -> None:
    assert doubts("amount", cell) == []


def test_where_a_currency_has_three_places_three_digits_are_its_own() -> None:
    assert doubts("amount,currencyCode", "2.500,kwd") == doubts("amount", "2.500", "KWD") == []
    assert doubts("amount,currencyCode", "2.500,USD", "KWD") == [("amount", "AMBIGUOUS")]


@pytest.mark.parametrize("cell", ["03.04.2026", "3.4.2026 10:00", "13/04/2026", "31/1/2024 9:30"])
def test_a_day_that_may_have_the_day_first_is_refused(cell: str) -> None:
    assert doubts("amount,giftDate,receiptDate", f"5,{cell},{cell}") == [
        ("giftDate", "AMBIGUOUS"),
        ("receiptDate", "AMBIGUOUS"),
    ]


@pytest.mark.parametrize("cell", ["2026-04-03", "12/31/2024", "1/5/2024 10:00 AM"])
def test_a_day_in_the_ways_of_the_api_is_taken(cell: str) -> None:
    assert doubts("amount,giftDate", f"5,{cell}") == []


@pytest.mark.parametrize("cell", ["A;B", "A=1;B", "=1", "A="])
def test_a_split_that_leaves_open_how_much_is_refused(cell: str) -> None:
    (found,) = read(f"amount,contactId,transactionId,project\n1,1,a,{cell}\n")
    assert found.gift is not None
    assert [(error.field, error.code) for error in found.gift.errors] == [("giftDesignations", "INVALID")]


@pytest.mark.parametrize(
    ("header", "maps", "words"),
    [
        ((*NEEDED, "amout"), (), "'amout' is no field of a gift. Did you mean 'amount'?"),
        ((*NEEDED, "Gift Dt"), (), "leave it out with --map 'Gift Dt='"),
        (NEEDED, ("amount",), "Write --map COLUMN=FIELD"),
        (NEEDED, ("amuont=notes",), "no column 'amuont'. Did you mean 'amount'?"),
        (NEEDED, ("amount=amuont",), "no field 'amuont'. Did you mean 'amount'?"),
        (
            (*NEEDED, "Sum"),
            ("Sum=amount",),
            "'amount' and 'Sum' are the same field, amount. Leave one out: --map Sum=",
        ),
        ((*NEEDED, "project", "projectCode"), (), "'project' and 'projectCode' are the same field, project."),
        (
            (*NEEDED, "Fund", "Fund"),
            ("Fund=project",),
            "same field, project. Call one of them otherwise in the first line",
        ),
        (("contactId",), (), "no column `amount`"),
        (("amount", "transactionId"), (), "No column says who gave"),
        (("amount|contactId",), (), "'amount|contactId' is no field of a gift."),
    ],
)
def test_a_header_that_will_not_do_says_what_to_do(
    header: tuple[str, ...], maps: tuple[str, ...], words: str
) -> None:
    with pytest.raises(GiftsFileError) as refused:
        columns_of(header, maps, "old")
    assert words in str(refused.value)


def test_gifts_need_to_be_known_again() -> None:
    with pytest.raises(GiftsFileError, match="--map COLUMN=transactionId"):
        columns_of(("amount", "contactId"), (), None)
    with pytest.raises(GiftsFileError, match="Say where the gifts come from"):
        columns_of(NEEDED, (), None)
    (row,) = read("amount,contactId,transactionSource,transactionId\n1,1,s,\n", source=None)
    assert row.gift is not None and row.gift.errors[0].field == "transactionId"


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=12), st.randoms())
def test_made_keys_are_of_what_rows_say_and_not_of_where_they_stand(rows: Any, rng: Any) -> None:
    def keys(given_rows: Any, header: str = "amount,contactId") -> list[str]:
        lines = [",".join(map(str, row)) for row in given_rows]
        return [key_of(row) for row in read("\n".join([header, *lines, ""]))]

    found = keys(rows)
    assert len(set(found)) == len(rows)
    shuffled = rng.sample(rows, len(rows))
    assert set(keys(shuffled)) == set(found)
    assert set(keys([(b, a) for a, b in rows], "contactId,amount")) == set(found)
    assert set(found) <= set(keys([*rows, (9, 9), *rows]))


def test_a_mended_row_keeps_the_key_that_it_was_refused_with() -> None:
    header = ",".join((*NOTES, "amount", "contactId"))
    kept, lost, again = read(f"{header}\n7,amount,why,row-x-1,5,1\n8,,why,,5,1\n9,,why,,5,1\n")
    assert key_of(kept) == "row-x-1"
    assert key_of(lost).endswith("-line-8") and key_of(again).endswith("-line-9")


def test_bytes_that_are_no_text_spoil_their_row_alone() -> None:
    spoilt, good = read("amount,contactId,transactionId,notes\n1,1,a,\udce9\n1,1,b,é\n")
    assert spoilt.gift is None and spoilt.problem is not None
    assert good.gift is not None and good.gift.said["notes"] == "é"


def test_a_split_beside_another_name_of_the_project_is_refused() -> None:
    (found,) = read("amount,contactId,transactionId,project,projectId\n3,1,a,A=1;B=2,7\n")
    assert found.gift is not None
    assert [(error.field, error.code) for error in found.gift.errors] == [("giftDesignations", "INVALID")]


def test_a_row_without_a_source_is_refused_under_the_key_that_it_gets_with_one() -> None:
    text = "amount,contactId,transactionSource,transactionId\n1,1,,\n1,1,,\n"
    refused, entered = read(text, source=None), read(text)
    assert all(row.gift is not None and row.gift.errors for row in refused)
    assert [row.made_key for row in refused] == [key_of(row) for row in entered]


def test_a_row_that_cannot_be_read_keeps_its_key_when_the_file_has_grown() -> None:
    bad = "5,1,too many\n"
    (first,) = read(f"amount,contactId\n{bad}")
    _, again, equal = read(f"amount,contactId\n7,1\n{bad}{bad}")
    assert first.made_key is not None
    assert (again.made_key, equal.made_key != again.made_key) == (first.made_key, True)


def test_a_row_that_was_mended_badly_keeps_its_key() -> None:
    (found,) = read(f"{','.join((*NOTES, 'amount', 'contactId'))}\n7,amount,why,row-x-1,5,1,more\n")
    assert (found.gift, found.made_key) == (None, "row-x-1")


def test_what_stands_in_a_column_without_a_name_spoils_its_row_whose_key_stays() -> None:
    moved, good = read("contactId,amount,notes,,\n7,1,234.50,a,\n7,1234.50,a, ,\n")
    (named,) = read("contactId,amount,notes,more\n7,1,234.50,a\n", "more=")
    assert moved.gift is not None and good.gift is not None
    assert [error.code for error in moved.gift.errors] == ["CELLS"]
    assert (moved.made_key, good.gift.errors) == (named.made_key, ())
