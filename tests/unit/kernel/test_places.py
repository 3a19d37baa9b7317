"""States and countries at the border between the products."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.kernel.places import _table, country_name, state_code

COUNTRIES = _table("countries.tsv")
STATES = _table("states.tsv")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("US", "United States"),
        ("usa", "United States"),
        (" United  States ", "United States"),
        ("United States of America", "United States"),
        ("GB", "United Kingdom"),
        ("UK", "United Kingdom"),
        ("Deutschland", "Deutschland"),
        ("", ""),
        (None, None),
    ],
)
def test_a_country_has_its_full_name(written: str | None, name: str | None) -> None:
    assert country_name(written) == name


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("Indiana", "US", "IN"),
        ("indiana", "United States", "IN"),
        ("IN", "US", "IN"),
        ("in", None, "IN"),
        ("Massachusetts", "USA", "MA"),
        ("Ontario", "Canada", "ON"),
        ("Victoria", "Australia", "VIC"),
        ("Western Australia", "US", "Western Australia"),
        ("Bayern", "Germany", "Bayern"),
        ("Indiana", "Atlantis", "Indiana"),
        ("", "US", ""),
        (None, "US", None),
    ],
)
def test_a_state_has_its_code(written: str | None, country: str | None, code: str | None) -> None:
    assert state_code(written, country) == code


@given(st.sampled_from(COUNTRIES))
def test_each_country_is_known_by_its_codes_and_stays_what_it_became(row: list[str]) -> None:
    code, three, name = row
    assert {
        country_name(word) for word in (code, *three.lower().split(), name.upper(), country_name(name))
    } == {name}


@given(st.sampled_from(STATES))
def test_each_state_is_known_by_its_name_and_stays_what_it_became(row: list[str]) -> None:
    country, code, name = row
    assert state_code(name, country) == code == state_code(code, country_name(country))


def test_all_countries_are_there_once() -> None:
    assert len(COUNTRIES) == len({code for code, _, _ in COUNTRIES}) == 249
