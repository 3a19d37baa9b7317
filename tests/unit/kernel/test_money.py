"""The laws of money: what is written is what is kept, and no unit appears or goes when it is shared."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.money import (
    MINOR_MAX,
    MoneyError,
    currency_code,
    format_amount,
    format_decimal,
    parse_minor,
    split,
    to_decimal,
    to_minor,
)

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(-MINOR_MAX, MINOR_MAX)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(lambda given: sum(given) > 0)


@given(minors, currencies)
def test_what_is_written_is_read_back_exactly(minor: int, currency: str) -> None:
    written = to_decimal(minor, currency)
    assert to_minor(written, currency) == minor
    assert parse_minor(str(written), currency) == minor
    assert written.as_tuple().exponent == -EXPONENTS[currency]


@given(st.integers(-(10**60), 10**60), currencies)
def test_a_sum_of_any_size_is_written_exactly(minor: int, currency: str) -> None:
    written = to_decimal(minor, currency)
    assert Fraction(written) * 10 ** EXPONENTS[currency] == minor
    assert format_amount(minor, currency).replace(",", "").endswith(str(written).lstrip("-"))
    assert format_decimal(written, currency) == format_amount(minor, currency)


@given(minors, currencies)
def test_the_amount_that_people_read_is_the_amount(minor: int, currency: str) -> None:
    text = format_amount(minor, currency)
    plain = text.replace(",", "").replace("$", "").replace(f"{currency} ", "")
    assert parse_minor(plain, currency) == minor


@given(st.decimals(-(10**20), 10**20, places=None, allow_nan=False), currencies)
def test_an_amount_is_exact_or_refused(amount: Decimal, currency: str) -> None:
    exact = Fraction(amount) * 10 ** EXPONENTS[currency]
    if exact.denominator == 1 and abs(exact) <= MINOR_MAX:
        assert to_minor(amount, currency) == exact
    else:
        with pytest.raises(MoneyError) as caught:
            to_minor(amount, currency)
        assert caught.value.code != "TOO_LARGE" or abs(exact) > MINOR_MAX
        assert caught.value.code != "TOO_PRECISE" or exact.denominator != 1


@given(minors, currencies, st.integers(1, 300))
def test_zeros_at_the_end_are_no_precision(minor: int, currency: str, zeros: int) -> None:
    sign, digits, exponent = to_decimal(minor, currency).as_tuple()
    assert to_minor(Decimal((sign, digits + (0,) * zeros, int(exponent) - zeros)), currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1,5",
        "1_000",
        "\uff11\uff12",
        "\u0661\u0662",
        "1\u00b2",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e",
        "0x10",
        "--1",
    ],
)
def test_what_is_no_number_is_refused_as_such(text: str) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_minor(text, "USD")
    assert caught.value.code == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("0.001", "USD", "TOO_PRECISE"),
        ("0.5", "JPY", "TOO_PRECISE"),
        ("0.0001", "KWD", "TOO_PRECISE"),
        ("1e-1000000", "USD", "TOO_PRECISE"),
        ("10000000000000.01", "USD", "TOO_LARGE"),
        ("1e999999", "USD", "TOO_LARGE"),
        ("-1e999999", "USD", "TOO_LARGE"),
    ],
)
def test_too_much_and_too_fine(text: str, currency: str, code: str) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_minor(text, currency)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (120_000, "USD", "$1,200.00"),
        (-350, "USD", "-$3.50"),
        (0, "USD", "$0.00"),
        (1200, "JPY", "JPY 1,200"),
        (5, "EUR", "EUR 0.05"),
        (-5, "KWD", "-KWD 0.005"),
    ],
)
def test_amounts_as_people_read_them(minor: int, currency: str, text: str) -> None:
    assert format_amount(minor, currency) == text


@given(minors, weights)
def test_a_split_sums_to_the_whole_and_is_fair_to_a_unit(total: int, shares: list[int]) -> None:
    parts = split(total, shares)
    assert sum(parts) == total
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part - Fraction(total * weight, sum(shares))) < 1
        assert part * total >= 0
        assert weight or part == 0


@given(minors, weights)
def test_a_split_of_a_refund_mirrors_the_gift(total: int, shares: list[int]) -> None:
    assert split(-total, shares) == [-part for part in split(total, shares)]


@given(st.integers(0, MINOR_MAX), st.integers(1, 30))
def test_equal_shares_differ_by_a_unit_and_the_earlier_are_not_smaller(total: int, count: int) -> None:
    parts = split(total, [1] * count)
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [-1], [3, -1]])
def test_weights_that_share_nothing_are_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, shares)


@given(currencies, st.sampled_from(["", " ", "\t"]))
def test_a_currency_is_known_in_any_case_and_with_blanks(code: str, blank: str) -> None:
    assert currency_code(f"{blank}{code.lower()}{blank}") == code


@pytest.mark.parametrize("text", ["", "US", "USDD", "XXX", "US D", "\u0455USD"])
def test_an_unknown_currency_is_refused(text: str) -> None:
    with pytest.raises(MoneyError) as caught:
        currency_code(text)
    assert caught.value.code == "UNKNOWN_CURRENCY"
