"""The columns of files of gifts, the kinds of events, and the records of decisions."""

from __future__ import annotations

from almoner.cli.events import LOGS
from almoner.cli.gift_cells import COLUMNS
from almoner.cli.gift_fields import FIELDS, MEANINGS
from almoner.crm.gifts.requests import GiftBody
from almoner.platform.events.kinds import table_of
from almoner.platform.http.described import field_words
from docsite.conf import ROOT
from docsite.parts.markdown import table


def gift_columns() -> str:
    """A line for each column."""
    rows = ((f"`{name}`", told.meaning, told.when_empty) for name, told in COLUMNS.items())
    return table(("Column", "Meaning", "When empty"), rows)


def gift_fields() -> str:
    """A line for each field that a column of a file for the CRM can be."""
    words = field_words(GiftBody) | MEANINGS
    return table(("Field", "Meaning"), ((f"`{name}`", words[name]) for name in FIELDS))


def events_of(log: str) -> str:
    """A line for each kind of event of a log."""
    return table_of(LOGS[log]).rstrip("\n")


def decisions() -> str:
    """A line for each record, by its title."""
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    titles = (record.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for record in records)
    return "\n".join(
        f"- [{title}](../decisions/{record.name})" for record, title in zip(records, titles, strict=True)
    )
