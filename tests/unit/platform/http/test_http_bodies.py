"""Reading request bodies: exact, tolerant, and with every broken field named."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType, field

from almoner.kernel.errors import BadRequest, Invalid
from almoner.platform.http import decode_body
from almoner.platform.http.bodies import names_in
from almoner.platform.wire import Body


class Allocation(Body):
    project_id: Annotated[int, Meta(ge=1)]
    amount: Decimal


class Donor(Body):
    email: Annotated[str, Meta(pattern=".+@.+")] | None = None
    first_name: str | None = None


class Give(Body):
    amount: Decimal
    name: Annotated[str, Meta(min_length=2, max_length=5)]
    is_private: bool = False
    donor: Donor | None = None
    projects: Annotated[list[Allocation], Meta(max_length=2)] = field(default_factory=list)
    count: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    note: str | UnsetType = UNSET


def _errors(raw: str | bytes, shape: Any = Give) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        decode_body(raw.encode() if isinstance(raw, str) else raw, shape)
    return {error.field: error.code for error in caught.value.fields}


def _read(**changes: str) -> Give:
    fields = {'"amount"': "1.00", '"name"': '"Ann"'} | {f'"{key}"': value for key, value in changes.items()}
    return decode_body(
        ("{" + ",".join(f"{key}:{value}" for key, value in fields.items()) + "}").encode(), Give
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_a_number_for_a_decimal_is_exact_on_both_readings(amount: Decimal) -> None:
    assert _read(amount=str(amount)).amount == amount
    assert _read(amount=str(amount), unknown="1").amount == amount
    assert _read(amount=f'"{amount}"', unknown="1").amount == amount


def test_digits_after_the_point_are_kept() -> None:
    assert str(_read(amount="500.00").amount) == "500.00"
    assert str(_read(amount="500.00", unknown="1").amount) == "500.00"


def test_untyped_numbers_are_never_floats() -> None:
    assert _read(extra='{"a": 0.1}').extra == {"a": Decimal("0.1")}
    assert _read(extra='{"a": 0.1}', unknown="1").extra == {"a": Decimal("0.1")}


def test_keys_match_in_any_case_at_every_depth_and_unknown_ones_are_dropped() -> None:
    gift = decode_body(
        b'{"AMOUNT": 5, "Name": "Ann", "isprivate": true, "Donor": {"FIRSTNAME": "A", "x": 1},'
        b' "Projects": [{"ProjectID": 3, "Amount": "2.50", "y": []}], "whatever": {"z": 1}}',
        Give,
    )
    assert gift.is_private is True
    assert gift.donor == Donor(first_name="A")
    assert gift.projects == [Allocation(project_id=3, amount=Decimal("2.50"))]


def test_keys_of_a_free_object_stay_as_they_are() -> None:
    assert _read(extra='{"KeepMe": 1}', Unknown="1").extra == {"KeepMe": 1}


def test_numbers_and_booleans_may_be_strings() -> None:
    gift = _read(amount='"500.00"', isPrivate='"TRUE"', count='" 12 "')
    assert (str(gift.amount), gift.is_private, gift.count) == ("500.00", True, 12)


def test_a_whole_decimal_is_a_whole_number() -> None:
    assert _read(count="12.0").count == 12
    assert _errors('{"amount": 1, "name": "Ann", "count": 12.5}') == {"count": "WRONG_TYPE"}


def test_unset_stays_unset() -> None:
    assert _read().note is UNSET
    assert _read(Note='"x"').note == "x"
    assert _read(unknown="1").note is UNSET


def test_every_broken_field_is_named_at_once() -> None:
    raw = (
        '{"amount": "five", "name": "A", "isPrivate": "maybe", "donor": {"email": "nobody"},'
        ' "projects": [{"projectId": 0}, {"projectId": "x", "amount": null}, 5], "count": 99999999999999999999}'
    )
    assert _errors(raw) == {
        "amount": "WRONG_TYPE",
        "name": "TOO_SHORT",
        "isPrivate": "WRONG_TYPE",
        "donor.email": "INVALID",
        "projects": "TOO_LONG",
        "projects[0].projectId": "OUT_OF_RANGE",
        "projects[0].amount": "REQUIRED",
        "projects[1].projectId": "WRONG_TYPE",
        "projects[1].amount": "REQUIRED",
        "projects[2]": "WRONG_TYPE",
        "count": "OUT_OF_RANGE",
    }


def test_messages_speak_plainly() -> None:
    with pytest.raises(Invalid) as caught:
        decode_body(b'{"amount": [], "name": "A"}', Give)
    assert [error.message for error in caught.value.fields] == [
        "Expected a number, got a list.",
        "Must have at least 2 characters.",
    ]


@pytest.mark.parametrize("number", ["NaN", "-nan", "sNaN", "nan123", "Infinity", "-inf", " +Inf "])
def test_a_number_must_be_finite(number: str) -> None:
    assert set(_errors(f'{{"amount": "{number}", "name": "Ann"}}')) == {"amount"}


def test_names_that_look_like_nan_are_fine() -> None:
    assert _read(name='"Nan"').name == "Nan"
    assert _read(name='"inf"').name == "inf"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (r'"a\u0000b"', "name"),
        (r'"\ud800"', "name"),
        (r'"a\uDFFFb"', "name"),
    ],
)
def test_text_that_cannot_be_stored_names_its_field(text: str, field: str) -> None:
    assert _errors(f'{{"amount": 1, "name": {text}}}') == {field: "INVALID"}
    assert _errors(f'{{"amount": 1, "name": "Ann", "extra": {{"deep": [{text}]}}}}') == {
        "extra.deep": "INVALID"
    }


def test_escapes_of_storable_text_are_read() -> None:
    assert _read(name=r'"\ud83d\ude00\u00e9"').name == "😀é"
    assert decode_body(rb'{"amount": 1, "name": "\\u000"}', Give).name == r"\u000"


@pytest.mark.parametrize(
    "raw",
    [b"", b"  ", b"{", b'{"amount": 1,}', b"{'a': 1}", b"nope", b'{"amount": NaN}', b"\xff\xfe", b'"\\ud800'],
)
def test_what_is_not_json_is_a_bad_request(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_body(raw, Give)


@pytest.mark.parametrize("raw", [b"[]", b"5", b'"text"', b"null"])
def test_what_is_not_an_object_is_a_bad_request(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="JSON object"):
        decode_body(raw, Give)


def test_malformed_json_is_told_with_its_position() -> None:
    with pytest.raises(BadRequest, match=r"byte 13"):
        decode_body(b'{"amount": 1,}', Give)


class Group(Body):
    groups: list[Group] = field(default_factory=list)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"x":' * 100_000, b'{"Groups":[' * 400 + b"]}" * 400])
def test_deep_nesting_is_a_bad_request(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_body(raw, Group)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode_body(b'\xef\xbb\xbf{"amount": 1, "name": "Ann"}', Give).amount == 1


def test_a_list_may_be_the_body() -> None:
    assert decode_body(b'[{"projectid": 1, "amount": 1}]', list[Allocation])[0].project_id == 1
    assert _errors('[{"projectId": 1}]', list[Allocation]) == {"[0].amount": "REQUIRED"}


def test_a_rule_of_the_struct_itself_is_a_broken_field() -> None:
    class Window(Body):
        first: int
        last: int

        def __post_init__(self) -> None:
            if self.last < self.first:
                raise ValueError("last must not be before first")

    assert _errors('{"first": 2, "last": 1}', Window) == {"": "INVALID"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["amount", "Name", "donor", "projects", "email", "x"]), inner)
        ),
        max_leaves=12,
    )
)
def test_whatever_json_comes_the_answer_is_a_gift_or_a_told_error(value: Any) -> None:
    try:
        gift = decode_body(msgspec.json.encode(value), Give)
    except (BadRequest, Invalid):
        return
    assert isinstance(gift, Give)
    assert gift.amount.is_finite()


def test_a_body_that_nobody_reads_is_not_kept() -> None:
    raw = b'{"who": "%d"}' % id(object())
    before = sys.getrefcount(raw)
    assert names_in(raw) == ["who"]
    assert sys.getrefcount(raw) == before
