"""What a valid give is: every broken field at once, exact money, the split that sums, the day that has come."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.giving.give.requests import GiveBody
from almoner.giving.give.rules import NewGift, check_give
from almoner.kernel.errors import Invalid
from almoner.kernel.money import split, to_decimal
from almoner.platform.http.bodies import decode_body
from tests.support.house import give_body

TODAY = date(2025, 3, 1)


def check(body: dict[str, Any], *, key: str | None = None, base: str = "USD") -> NewGift:
    """`body` as an organization with this base currency takes it today."""
    raw = json.dumps(body, default=str).encode()
    return check_give(
        decode_body(raw, GiveBody),
        base_currency=base,
        today=TODAY,
        projects_max=5,
        idempotency_key=key,
        fingerprint=raw,
    )


def broken(body: dict[str, Any]) -> dict[str, str]:
    """Field to code of everything that is wrong with `body`."""
    with pytest.raises(Invalid) as caught:
        check(body)
    return {error.field: error.code for error in caught.value.fields}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    body = give_body(
        -5,
        email="nobody",
        currencyCode="XXX",
        date="2025-02-30",
        isRecurring=True,
        transactionId="T-1",
        donor={"isOrganization": True, "sourceKey": "k"},
        projects=[{"code": "A", "amount": 0}, {"amount": 1.001}],
    )
    assert broken(body) == {
        "amount": "MUST_BE_POSITIVE",
        "currencyCode": "UNKNOWN_CURRENCY",
        "date": "INVALID",
        "isRecurring": "UNSUPPORTED",
        "transactionSource": "REQUIRED",
        "donor.email": "INVALID",
        "donor.sourceSystem": "REQUIRED",
        "donor.organizationName": "REQUIRED",
        "projects[0].amount": "MUST_BE_POSITIVE",
        "projects[1].amount": "TOO_PRECISE",
        "projects[1].projectId": "REQUIRED",
    }


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("0", "USD", "MUST_BE_POSITIVE"),
        ("-0.01", "USD", "MUST_BE_POSITIVE"),
        ("0.001", "USD", "TOO_PRECISE"),
        ("1.5", "JPY", "TOO_PRECISE"),
        ("1e30", "USD", "TOO_LARGE"),
    ],
)
def test_amounts_that_are_no_gift(amount: str, currency: str, code: str) -> None:
    assert broken(give_body(amount, currencyCode=currency))["amount"] == code


@given(
    st.integers(5, 10**15 - 1),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_a_split_that_sums_is_kept_to_the_unit_and_one_that_does_not_is_refused(
    minor: int, weights: list[int], currency: str
) -> None:
    parts = split(minor, weights)
    if 0 in parts:
        return
    projects = [{"code": f"P{n}", "amount": str(to_decimal(part, currency))} for n, part in enumerate(parts)]
    body = give_body(str(to_decimal(minor, currency)), currencyCode=currency.lower(), projects=projects)
    gift = check(body)
    assert (gift.amount_minor, gift.currency) == (minor, currency)
    assert [(part["code"], part["minor"]) for part in gift.projects] == [
        (f"p{n}", p) for n, p in enumerate(parts)
    ]
    projects[0]["amount"] = str(to_decimal(parts[0] + 1, currency))
    assert broken(body) == {"projects": "SUM_MISMATCH"}


def test_a_gift_that_names_no_project_or_no_amount_for_its_only_one_goes_there_whole() -> None:
    assert check(give_body("12.34")).projects == ({"minor": 1234},)
    assert check(give_body("12.34", projects=[{"code": " Wells "}])).projects == (
        {"code": "wells", "minor": 1234},
    )
    assert check(give_body("12.34", projects=[{"projectId": 9}])).projects == ({"id": 9, "minor": 1234},)


def test_a_split_has_a_written_limit() -> None:
    parts = [{"code": f"P{n}", "amount": 1} for n in range(6)]
    assert broken(give_body(6, projects=parts)) == {"projects": "TOO_MANY"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("2025-03-02", "OUT_OF_RANGE"), ("1899-12-31", "OUT_OF_RANGE"), ("soon", "INVALID"), ("", "INVALID")],
)
def test_days_that_are_no_day_of_a_gift(text: str, code: str) -> None:
    assert broken(give_body(1, date=text)) == {"date": code}


def test_without_a_day_a_gift_is_of_today() -> None:
    assert check(give_body(1)).gift_on == TODAY
    assert check(give_body(1, date="1999-12-31T23:59:59Z")).gift_on == date(1999, 12, 31)


@pytest.mark.parametrize(
    "email",
    ["plain", "@example.org", "a@", "a@b", "a b@example.org", "a@exa mple.org", "a@.", "a@b.", "a@.org"],
)
def test_what_is_no_email(email: str) -> None:
    assert broken(give_body(1, email=email)) == {"donor.email": "INVALID"}


def test_a_donor_needs_an_email_or_a_source_key() -> None:
    assert broken(give_body(1, email=None)) == {"donor.email": "REQUIRED"}
    assert broken({"amount": 1, "paymentMethodId": "tok_visa"}) == {"donor": "REQUIRED"}
    assert (
        check(give_body(1, email=None, donor={"sourceSystem": "s", "sourceKey": "k"})).donor["email_key"]
        is None
    )


def test_a_fingerprint_is_kept_only_beside_a_key() -> None:
    assert check(give_body(1)).fingerprint is None
    one = check(give_body(1), key="k").fingerprint
    assert one is not None and one == check(give_body(1), key="other").fingerprint
    assert one != check(give_body(2), key="k").fingerprint
    assert check(give_body(1, transactionSource="s", transactionId="1")).fingerprint is not None


def test_the_base_currency_is_taken_when_none_is_named() -> None:
    gift = check(give_body(Decimal(5)), base="JPY")
    assert (gift.amount_minor, gift.currency) == (5, "JPY")
