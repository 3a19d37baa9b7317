"""Money and days as people of a language read them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from almoner.kernel.money import to_decimal

FALLBACK = "en_US"
WRITTEN_MAX = 1024
"""Amounts, and days, that one language keeps as they were written."""


@lru_cache(128)
def locale_of(name: str | None) -> Locale | None:
    """The locale called `name` (`de-CH`, `pt_BR`); None when nobody knows it."""
    try:
        return Locale.parse((name or "").replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return None


class Words:
    """How one language writes. Nothing here fails: what it does not know it writes as English does.

    Amounts and days recur, within a receipt and from one to the next: what was written is kept for a while (see `words_of`).
    """

    def __init__(self, *names: str | None) -> None:
        """The first of `names` that is a locale."""
        found = (locale_of(name) for name in names)
        self.locale = next((one for one in found if one is not None), Locale.parse(FALLBACK))
        self._money = lru_cache(WRITTEN_MAX)(self._write_money)
        self._day = lru_cache(WRITTEN_MAX)(self._write_day)

    @property
    def language(self) -> str:
        """The code of the language, as documents name it."""
        return str(self.locale.language)

    def money(self, minor: int, currency: str) -> str:
        """An amount with the sign of its currency."""
        return self._money(minor, currency)

    def day(self, day: date) -> str:
        """A day, written out."""
        return self._day(day)

    def _write_money(self, minor: int, currency: str) -> str:
        return format_currency(to_decimal(minor, currency), currency, locale=self.locale)

    def _write_day(self, day: date) -> str:
        return format_date(day, format="long", locale=self.locale)


@lru_cache(32)
def words_of(*names: str | None) -> Words:
    """The words of the first of `names` that is a locale; the same for the same names, so that what was written is found again."""
    return Words(*names)
