"""What pages print of receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from almoner.console.words import When, when
from almoner.giving.receipts.rules import ReceiptState
from almoner.giving.receipts.service import Trouble
from almoner.giving.receipts.views import ReceiptView
from almoner.kernel.clock import zone
from almoner.kernel.money import format_decimal
from almoner.platform.organizations.rules import Organization

LETTERS = {
    None: "No letter was written",
    "queued": "Waits to be sent",
    "sending": "Is being sent",
    "sent": "Sent",
    "failed": "Could not be sent",
}
"""What became of the latest letter, as a page says it."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt of a gift: what it says, what became of its letter, and whether it holds."""

    id: int
    number: str
    pdf: str
    amount: str
    holds: bool
    state: str
    letter: str
    issued: When


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """What needs somebody: where to look, what is wrong, and the letter that can be sent again."""

    name: str
    url: str
    reason: str
    letter_id: int | None
    at: When


def receipt_rows(
    receipts: Sequence[ReceiptView], organization: Organization, now: datetime
) -> list[ReceiptRow]:
    """The receipts of a gift, the latest first."""
    local = zone(organization.time_zone)
    return [_row(one, local, now) for one in receipts]


def trouble_rows(found: Sequence[Trouble], organization: Organization, now: datetime) -> list[TroubleRow]:
    """What failed, as the page lists it."""
    local = zone(organization.time_zone)
    return [
        TroubleRow(
            _name(one),
            "" if one.gift_id is None else f"/console/gifts/{one.gift_id}",
            one.reason,
            one.letter_id,
            when(one.at, local, now),
        )
        for one in found
    ]


def _name(one: Trouble) -> str:
    if one.kind == "waiting":
        return "Letters"
    if one.kind == "round":
        return "Statements of all donors"
    return f"Receipt {one.number}" if one.number else f"Gift {one.gift_id}" if one.gift_id else "Statement"


def _row(one: ReceiptView, local: ZoneInfo, now: datetime) -> ReceiptRow:
    holds = one.state == ReceiptState.ISSUED
    letter = LETTERS[one.letter_state]
    return ReceiptRow(
        one.id,
        one.number,
        f"/console/receipts/{one.id}/pdf",
        format_decimal(one.amount, one.currency),
        holds,
        "In force" if holds else f"Void: {one.reason}",
        f"{letter}: {one.letter_reason}" if one.letter_reason else letter,
        when(datetime.fromisoformat(one.issued_date), local, now),
    )
