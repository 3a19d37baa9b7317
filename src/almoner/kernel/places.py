"""States and countries: giving keeps what donors write and tells full names, the CRM has codes of states and names of countries.

The lists are those of ISO 3166 for all countries, by the English names of Unicode CLDR, and of the states of three: of the others
addresses are written without one, or under names that have no code in the post. Pure.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from almoner.kernel.text import fold

_ALSO = {
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "holland": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "burma": "MM",
    "ivory coast": "CI",
    "hong kong": "HK",
    "macau": "MO",
    "russian federation": "RU",
    "republic of korea": "KR",
    "viet nam": "VN",
}
"""What people write for a country, beside its codes and its name."""


def country_name(written: str | None) -> str | None:
    """The full name of the country that was written by code or name; another text as it is."""
    code = _country_code(written)
    return written if code is None else _countries()[0][code]


def state_code(written: str | None, country: str | None) -> str | None:
    """The code of the state that was written by code or name, in the United States where no country was; another text as it is."""
    if written is None:
        return None
    where = _country_code(country) if country and country.strip() else "US"
    return _states().get((where, fold(written)), written)


def state_name(written: str | None, country: str | None) -> str | None:
    """The full name of the state of the United States that was written by its code, there or where no country was; another text as it is."""
    if written is None or (country and country.strip() and _country_code(country) != "US"):
        return written
    return states_of("US").get(written.strip().upper(), written)


@cache
def states_of(country: str) -> dict[str, str]:
    """The names of a country's states, by their codes."""
    return {code: name for of, code, name in _table("states.tsv") if of == country}


def written_for(country: str) -> tuple[str, ...]:
    """All that may be written for the country with this code, as `fold` has it."""
    return tuple(word for word, code in _countries()[1].items() if code == country)


def _country_code(written: str | None) -> str | None:
    return None if written is None else _countries()[1].get(fold(written))


@cache
def _countries() -> tuple[dict[str, str], dict[str, str]]:
    """The name of each country by its code, and its code by all that may be written for it, codes of three letters of before too."""
    rows = _table("countries.tsv")
    known = {fold(word): code for code, three, name in rows for word in (code, *three.split(), name)}
    return {code: name for code, _, name in rows}, {**_ALSO, **known}


@cache
def _states() -> dict[tuple[str | None, str], str]:
    """The code of each state by its country and what may be written for it."""
    rows = _table("states.tsv")
    return {(country, fold(word)): code for country, code, name in rows for word in (code, name)}


def _table(name: str) -> list[list[str]]:
    lines = files("almoner.kernel").joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines[1:]]
