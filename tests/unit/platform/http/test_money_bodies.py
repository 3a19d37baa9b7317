"""What is money in a body is written in one way, and once."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from msgspec import field

from almoner.kernel.errors import BadRequest, Invalid
from almoner.platform.http import decode_body
from almoner.platform.wire import Body


class Part(Body):
    amount: Decimal | None = None
    code: str | None = None


class Give(Body):
    amount: Decimal
    name: str | None = None
    projects: list[Part] = field(default_factory=list)


def errors(raw: str) -> dict[str, str]:
    """Broken fields and their codes."""
    with pytest.raises(Invalid) as caught:
        decode_body(raw.encode(), Give)
    return {error.field: error.code for error in caught.value.fields}


@pytest.mark.parametrize(
    "text", ["1_000", "\uff11\uff12", "\u0661\u0662", "1_0.5", "\\uff11\\uff12", "+1_0", " 1_0 ", "1e1_0"]
)
def test_a_number_is_of_ascii_digits(text: str) -> None:
    assert errors(f'{{"amount":"{text}"}}') == {"amount": "WRONG_TYPE"}
    assert errors(f'{{"amount":1,"projects":[{{"amount":"{text}"}}]}}') == {
        "projects[0].amount": "WRONG_TYPE"
    }


@pytest.mark.parametrize("zeros", [500, 5000, 50_000])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_number_is_not_endless(zeros: int, quote: str) -> None:
    for number in (f"1.{'0' * zeros}", f"1{'0' * zeros}"):
        with pytest.raises((Invalid, BadRequest)):
            decode_body(f'{{"amount":{quote}{number}{quote}}}'.encode(), Give)


@pytest.mark.parametrize(
    "raw",
    [
        '{"amount":10,"amount":40}',
        '{"amount":10,"Amount":20}',
        '{"amount":10,"AMOUNT":30,"amount":10}',
        '{"amount":10,"amount" :40}',
        '{"amount":10,"amount"\n:40}',
        '{"amount":10,"\\u0041mount":11}',
    ],
)
def test_one_key_twice_with_two_values_is_refused(raw: str) -> None:
    assert errors(raw) == {"amount": "INCONSISTENT"}


def test_the_same_within_a_list() -> None:
    raw = '{"amount":10,"projects":[{"amount":5,"code":"A"},{"amount":5,"AMOUNT":6,"code":"B"}]}'
    assert errors(raw) == {"projects[1].amount": "INCONSISTENT"}


@pytest.mark.parametrize(
    "raw",
    [
        '{"amount":10,"amount":10}',
        '{"amount":10,"name":"\\"amount\\":11","unknown":1,"unknown":2}',
        '{"amount":10,"projects":[{"amount":5},{"amount":5}]}',
    ],
)
def test_what_says_one_thing_is_taken(raw: str) -> None:
    assert decode_body(raw.encode(), Give).amount == 10


def test_a_name_in_other_digits_is_a_name() -> None:
    assert decode_body('{"amount":"1.5","name":"\uff11\uff12_3"}'.encode(), Give) == Give(
        amount=Decimal("1.5"), name="\uff11\uff12_3"
    )


@pytest.mark.parametrize("letter", ["\uff11", "_", "1", "\\\\uff11", '"', '\\\\"', "1_"])
def test_no_body_is_read_in_more_than_linear_time(letter: str) -> None:
    """Half a megabyte of each: what took the square of that would not end."""
    for raw in (f'{{"amount":"{letter * 80_000}', f'{{"amount":1,"name":"{letter * 80_000}"}}'):
        with contextlib.suppress(Invalid, BadRequest):
            decode_body(raw.encode(), Give)
