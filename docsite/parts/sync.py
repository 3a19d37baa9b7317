"""States and reasons of the sync, and the states of payments, reversals and gifts."""

from __future__ import annotations

from almoner.giving.gifts.rules import STATUS_MEANINGS, STATUS_TEXT
from almoner.giving.payments.rules import MEANINGS as PAYMENT_MEANINGS
from almoner.giving.reversals.rules import MEANINGS as REVERSAL_MEANINGS
from almoner.sync.rules import MEANINGS, STATE_NAMES, STATE_SENTENCES, WARNINGS, State, SyncWarning
from docsite.parts.markdown import table


def states() -> str:
    """Each state: its name on pages, and what it says."""
    rows = ((f"`{state}`", STATE_NAMES[state], STATE_SENTENCES[state]) for state in State)
    return table(("State", "On pages", "Meaning"), rows)


def reasons() -> str:
    """Each reason: the state it belongs to, its name on pages, and what to tell a person."""
    rows = ((f"`{reason}`", told.state, told.name, told.sentence) for reason, told in MEANINGS.items())
    return table(("Reason", "State", "On pages", "What to tell a person"), rows)


def warnings() -> str:
    """Each warning of a record that is in the CRM, and what to tell a person."""
    rows = ((f"`{warning}`", WARNINGS[warning].format("N")) for warning in SyncWarning)
    return table(("Warning", "What to tell a person"), rows)


def payment_states() -> str:
    """Each state of a payment."""
    return table(("State", "Meaning"), ((f"`{state}`", told) for state, told in PAYMENT_MEANINGS.items()))


def reversal_states() -> str:
    """Each state of a reversal."""
    return table(("State", "Meaning"), ((f"`{state}`", told) for state, told in REVERSAL_MEANINGS.items()))


def gift_statuses() -> str:
    """Each status of a gift: its number, its label, and when a gift has it."""
    rows = ((str(code), f"`{text}`", STATUS_MEANINGS[code]) for code, text in STATUS_TEXT.items())
    return table(("`status`", "`statusText`", "When"), rows)
