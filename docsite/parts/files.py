"""The columns of gifts.csv, the kinds of events, and the records of decisions."""

from __future__ import annotations

from almoner.cli.events import LOGS
from almoner.cli.gift_cells import COLUMNS
from almoner.platform.events.kinds import table_of
from docsite.conf import ROOT
from docsite.parts.markdown import table


def gift_columns() -> str:
    """A line for each column."""
    rows = ((f"`{name}`", told.meaning, told.when_empty) for name, told in COLUMNS.items())
    return table(("Column", "Meaning", "When empty"), rows)


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
