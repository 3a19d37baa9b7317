"""One-time codes: the vectors of RFC 6238 (appendix B, SHA-1), each code once, and clocks that are a little off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.platform.accounts.otp import code_at, key_address, key_text, new_key, step_of

KEY = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(KEY, seconds // 30, digits=8) == code


NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(("off", "is_taken"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_off_by_one_step(off: int, *, is_taken: bool) -> None:
    step = int((NOW + timedelta(seconds=off)).timestamp()) // 30
    assert (step_of(KEY, code_at(KEY, step), NOW, 0) is not None) is is_taken


def test_a_code_of_a_step_that_was_used_or_of_one_before_is_none() -> None:
    step = int(NOW.timestamp()) // 30
    assert step_of(KEY, code_at(KEY, step), NOW, step - 1) == step
    assert step_of(KEY, code_at(KEY, step), NOW, step) is None
    assert step_of(KEY, code_at(KEY, step - 1), NOW, step) is None


@given(st.text(max_size=12))
def test_whatever_is_sent_is_a_code_or_none(text: str) -> None:
    step = step_of(KEY, text, NOW, 0)
    assert step is None or "".join(text.split()) == code_at(KEY, step)


def test_people_may_write_blanks_in_a_code() -> None:
    code = code_at(KEY, int(NOW.timestamp()) // 30)
    assert step_of(KEY, f" {code[:3]} {code[3:]} ", NOW, 0) is not None


def test_the_key_is_shown_as_apps_take_it() -> None:
    assert key_text(KEY) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert key_address(KEY, "pat+x@example.org") == (
        "otpauth://totp/Almoner:pat%2Bx%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Almoner"
    )
    assert len(new_key()) == 20 and new_key() != new_key()
