"""Money and days as people of a language read them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from almoner.kernel.money import to_decimal

FALLBACK = "en_US"


@lru_cache(128)
def locale_of(name: str | None) -> Locale | None:
    """The locale called `name` (`de-CH`, `pt_BR`); None when nobody knows it."""
    try:
        return Locale.parse((name or "").replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        return None


class Words:
    """How one language writes. Nothing here fails: what it does not know it writes as English does."""

    def __init__(self, *names: str | None) -> None:
        """The first of `names` that is a locale."""
        found = (locale_of(name) for name in names)
        self.locale = next((one for one in found if one is not None), Locale.parse(FALLBACK))

    @property
    def language(self) -> str:
        """The code of the language, as documents name it."""
        return str(self.locale.language)

    def money(self, minor: int, currency: str) -> str:
        """An amount with the sign of its currency."""
        return format_currency(to_decimal(minor, currency), currency, locale=self.locale)

    def day(self, day: date) -> str:
        """A day, written out."""
        return format_date(day, format="long", locale=self.locale)
