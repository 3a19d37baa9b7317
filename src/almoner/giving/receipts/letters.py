"""Puts into words what a receipt or a statement says: on paper, and in the letter that brings it. Pure.

What is made here is stored and printed as it stands ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from jinja2 import TemplateError

from almoner.giving.receipts.defaults import HTML, LABELS, TEMPLATES
from almoner.giving.receipts.rules import Facts, Person, Sum
from almoner.giving.receipts.words import Words, words_of
from almoner.platform.templating import TemplateRefused, fill_template

ROWS_MAX = 2_000
"""Most gifts that a statement names one by one; its sums are of all."""


class Sayings(msgspec.Struct, frozen=True, kw_only=True):
    """What an organization says on its receipts. Empty texts are as if they had not been said."""

    name: str
    """What it is called: its legal name, or the organization's."""
    address: str = ""
    tax_id: str = ""
    sender_name: str = ""
    sender: str = ""
    reply_to: str | None = None
    signer_name: str = ""
    signer_title: str = ""
    locale: str | None = None
    culture: str = "en-US"
    templates: Mapping[str, str] = {}
    logo: str | None = None

    @property
    def words(self) -> Words:
        """How its language writes."""
        return words_of(self.locale, self.culture)

    def label(self, name: str) -> str:
        """A word on paper."""
        return self.templates.get(f"label_{name}") or LABELS[name]


class Gathering:
    """Fills in the texts of one document; where an organization's own fails, the default stands in, and `fallback` says so."""

    def __init__(self, sayings: Sayings, values: Mapping[str, Any]) -> None:
        self._sayings = sayings
        self._values = values
        self._failed: list[str] = []

    @property
    def fallback(self) -> str | None:
        """Which texts of the organization's own could not be used, and why; None when all could."""
        return "; ".join(self._failed) or None

    def text(self, name: str) -> str:
        """The text called `name`."""
        own = self._sayings.templates.get(name)
        return self._own(name, own) or fill_template(TEMPLATES[name], self._values).strip()

    def html(self, name: str) -> str | None:
        """The HTML that stands beside a text, if the organization has some."""
        return self._own(name, self._sayings.templates.get(name), is_html=True)

    def letter(self, subject: str, text: str, html: str) -> dict[str, Any]:
        """A letter of three texts."""
        made = {"subject": self.text(subject), "text": self.text(text), "html": self.html(html)}
        said = self._sayings
        return {
            **made,
            "senderName": said.sender_name or said.name,
            "sender": said.sender,
            "replyTo": said.reply_to,
        }

    def _own(self, name: str, template: str | None, *, is_html: bool = False) -> str | None:
        if not template:
            return None
        try:
            return fill_template(template, self._values, is_html=is_html).strip() or None
        except (TemplateError, TemplateRefused, TypeError, ValueError, LookupError, RecursionError) as error:
            self._failed.append(f"{name}: {str(error)[:200]}")
            return None


def receipt_said(
    sayings: Sayings, facts: Facts, number: str, today: date
) -> tuple[dict[str, Any], str | None]:
    """What a receipt with this number says (`paper`, `letter`, `projects`), and which texts could not be used."""
    gathering = Gathering(sayings, receipt_values(sayings, facts, number, today))
    words, label = sayings.words, sayings.label
    replaced = _replaced(facts)
    heads = [
        (label("number"), number),
        (label("issued"), words.day(today)),
        (label("given"), words.day(facts.gift_on)),
    ]
    heads += [(label("replaces"), replaced)] if replaced else []
    totals = [(label("amount"), words.money(facts.amount_minor, facts.currency))]
    if facts.premium_minor:
        totals.append((label("benefit"), words.money(facts.premium_minor, facts.premium_currency)))
    totals.append((label("deductible"), _deductible(sayings, facts.deductible_minor, facts.currency)))
    paper = {
        **_paper(sayings, facts.donor, gathering, label("receipt"), "paper"),
        "heads": heads,
        "columns": [label("project"), label("amount")],
        "rows": [
            [_project(part.project, part.is_deductible, label), words.money(part.minor, facts.currency)]
            for part in facts.parts
        ],
        "totals": totals,
        "legal": gathering.text("legal"),
    }
    letter = gathering.letter("subject", "text", "html")
    return {
        "paper": paper,
        "letter": letter,
        "projects": [part.project for part in facts.parts],
    }, gathering.fallback


def void_letter(
    sayings: Sayings, facts: Facts, number: str, amount: tuple[int, str], reason: str
) -> dict[str, Any]:
    """The letter that tells a donor of a receipt that holds no more. `amount` is what the receipt said: minor units, currency."""
    values = receipt_values(sayings, facts, number, facts.gift_on)
    said = {**values["receipt"], "amount": sayings.words.money(*amount)}
    gathering = Gathering(sayings, {**values, "receipt": said, "reason": reason})
    return gathering.letter("void_subject", "void_text", "void_html")


def receipt_values(sayings: Sayings, facts: Facts, number: str, today: date) -> dict[str, Any]:
    """What the templates of a receipt can name."""
    words, deductible_minor = sayings.words, facts.deductible_minor

    def money(minor: int) -> str:
        return words.money(minor, facts.currency)

    return {
        **_common(sayings, facts.donor),
        "gift": {
            "id": str(facts.gift_id),
            "date": words.day(facts.gift_on),
            "amount": money(facts.amount_minor),
        },
        "receipt": {
            "number": number,
            "date": words.day(today),
            "amount": money(facts.amount_minor),
            "deductible": "" if deductible_minor is None else money(deductible_minor),
            "not_deductible": ""
            if deductible_minor is None
            else money(facts.amount_minor - deductible_minor),
            "benefit": words.money(facts.premium_minor, facts.premium_currency)
            if facts.premium_minor
            else "",
            "replaces": _replaced(facts) or "",
        },
        "parts": [
            {"project": part.project, "amount": money(part.minor), "is_deductible": part.is_deductible}
            for part in facts.parts
        ],
        "reason": "",
    }


def statement_rows(sayings: Sayings, gifts: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The lines of these gifts on a statement, of the rows of their receipts."""
    words = sayings.words
    return [
        [
            words.day(row["gift_on"]),
            f"{row['number_text']}  {', '.join(row['projects'])}",
            words.money(row["amount_minor"], row["currency"]),
            _deductible(sayings, row["deductible_minor"], row["currency"]),
        ]
        for row in gifts
    ]


def statement_said(
    sayings: Sayings, donor: Person, year: int, sums: Sequence[Sum], rows: Sequence[list[str]], today: date
) -> tuple[dict[str, Any], str | None]:
    """What the statement of a donor's year says: `sums` of all gifts, and the lines (`statement_rows`) of the first; and which texts could not be used."""
    words, label = sayings.words, sayings.label
    gathering = Gathering(sayings, statement_values(sayings, donor, year, sums, today))
    paper = {
        **_paper(sayings, donor, gathering, label("statement"), "statement_paper"),
        "heads": [(label("year"), str(year)), (label("issued"), words.day(today))],
        "columns": [label("given"), label("gift"), label("amount"), label("deductible")],
        "rows": rows,
        "totals": [_total(sayings, one) for one in sums],
        "legal": f"{label('tax_id')}: {sayings.tax_id}" if sayings.tax_id else "",
    }
    letter = gathering.letter("statement_subject", "statement_text", "statement_html")
    return {"paper": paper, "letter": letter}, gathering.fallback


def _total(sayings: Sayings, one: Sum) -> tuple[str, str]:
    """The foot of one currency. What nobody knows of a gift nobody knows of the sum: it names the amount of such gifts."""
    words, label = sayings.words, sayings.label
    known = _deductible(sayings, one.deductible_minor, one.currency)
    if one.unknown_minor and one.deductible_minor is not None:
        known += f"; {label('not_known')}: {words.money(one.unknown_minor, one.currency)}"
    amount = words.money(one.minor, one.currency)
    return f"{label('total')} {one.currency}", f"{amount}  ({label('deductible')}: {known})"


def statement_values(
    sayings: Sayings, donor: Person, year: int, sums: Sequence[Sum], today: date
) -> dict[str, Any]:
    """What the templates of a statement can name."""
    words = sayings.words
    return {
        **_common(sayings, donor),
        "statement": {"year": str(year), "date": words.day(today)},
        "sums": [
            {
                "currency": one.currency,
                "amount": words.money(one.minor, one.currency),
                "deductible": ""
                if one.deductible_minor is None
                else words.money(one.deductible_minor, one.currency),
                "not_known": words.money(one.unknown_minor, one.currency) if one.unknown_minor else "",
            }
            for one in sums
        ],
    }


def values_for(name: str, receipt: Mapping[str, Any], statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of the two that the text called `name` can name."""
    return statement if name.startswith("statement_") else receipt


def is_html(name: str) -> bool:
    """Whether the text called `name` is HTML."""
    return name in HTML


def _common(sayings: Sayings, donor: Person) -> dict[str, Any]:
    return {
        "organization": {"name": sayings.name, "address": sayings.address, "tax_id": sayings.tax_id},
        "donor": {
            "name": donor.name,
            "title": donor.title or "",
            "first_name": donor.first_name or "",
            "last_name": donor.last_name or "",
            "email": donor.email or "",
        },
        "signer": {"name": sayings.signer_name or sayings.name, "title": sayings.signer_title},
    }


def _paper(sayings: Sayings, donor: Person, gathering: Gathering, title: str, text: str) -> dict[str, Any]:
    return {
        "language": sayings.words.language,
        "logo": sayings.logo,
        "sender": [sayings.name, *(line for line in sayings.address.splitlines() if line.strip())],
        "to": [donor.name, *donor.address],
        "title": title,
        "text": [part.strip() for part in gathering.text(text).split("\n\n") if part.strip()],
        "signer": [line for line in (sayings.signer_name, sayings.signer_title) if line],
        "voidWord": sayings.label("void"),
    }


def _project(name: str, is_deductible: bool, label: Callable[[str], str]) -> str:
    return name if is_deductible else f"{name} ({label('not_deductible')})"


def _deductible(sayings: Sayings, minor: int | None, currency: str) -> str:
    return sayings.label("not_known") if minor is None else sayings.words.money(minor, currency)


def _replaced(facts: Facts) -> str | None:
    """The number of the receipt whose place a new one takes."""
    return facts.former.number if facts.former is not None else None
