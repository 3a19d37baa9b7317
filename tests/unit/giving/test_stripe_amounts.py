"""Amounts as Stripe counts them, for every currency: there and back nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.giving.stripe import rules
from almoner.giving.stripe.amounts import from_stripe, step, to_stripe
from almoner.kernel.currencies import EXPONENTS
from almoner.kernel.errors import Invalid
from almoner.kernel.money import MINOR_MAX, parse_minor
from tests.support.stripe_books import COARSE

NOT_TAKEN = {"IQD", "LYD", "UYI"}
"""Stripe takes none of these."""


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(1, MINOR_MAX))
def test_what_goes_to_stripe_comes_back_as_it_was(currency: str, minor: int) -> None:
    if currency in NOT_TAKEN:
        with pytest.raises(Invalid) as refused:
            to_stripe(minor, currency)
        assert [(one.field, one.code) for one in refused.value.fields] == [("currencyCode", "UNSUPPORTED")]
    elif minor % step(currency):
        with pytest.raises(Invalid) as refused:
            to_stripe(minor, currency)
        assert [(one.field, one.code) for one in refused.value.fields] == [("amount", "TOO_PRECISE")]
    else:
        told = to_stripe(minor, currency)
        assert from_stripe(told, currency.lower()) == minor
        assert told % COARSE.get(currency.lower(), 1) == 0


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("10", "USD", 1000),
        ("500", "JPY", 500),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("5000", "MGA", 5000),
        ("5.12", "KWD", 5120),
        ("10.45", "HUF", 1045),
        ("7", "XPF", 7),
    ],
)
def test_stripe_is_told_what_its_own_page_says(amount: str, currency: str, told: int) -> None:
    assert to_stripe(parse_minor(amount, currency), currency) == told


@given(
    st.integers(-(10**9), 10**9), st.integers(0, 10**6), st.sampled_from(["usd", "isk", "mga", "kwd", "jpy"])
)
def test_a_line_sums_whatever_is_rounded(gross: int, fee: int, currency: str) -> None:
    told = {
        "id": "txn",
        "type": "charge",
        "amount": gross,
        "fee": fee,
        "net": gross - fee,
        "currency": currency,
        "created": 0,
    }
    line = rules.entry_of(told)
    assert line.net_minor == line.amount_minor - line.fee_minor
