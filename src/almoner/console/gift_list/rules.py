"""What was asked of the list, and where its next page goes on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from urllib.parse import urlencode

from almoner.kernel.errors import Invalid
from almoner.kernel.ids import ID_MAX
from almoner.sync.rules import STATE_OF_REASON, Reason, State

TAKE = 25
"""Gifts on a page."""


class Payment(StrEnum):
    """What became of the payment of a gift, where money of it went back or may."""

    ANY = "money_back"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"
    FAILED = "payment_failed"


STATUSES = {
    Payment.ANY: (2, 3, 4, 5, 6),
    Payment.REFUNDED: (2,),
    Payment.PARTLY_REFUNDED: (4,),
    Payment.DISPUTED: (5,),
    Payment.CHARGED_BACK: (3,),
    Payment.FAILED: (6,),
}
"""The numbers of `status` that each means (STATUS_TEXT in giving/gifts/rules.py)."""
Show: TypeAlias = State | Reason | Payment
"""What a list may be narrowed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which gifts: in a state or with a reason (naming `detail`), of a search or of a donor, older than `before`."""

    show: Show | None = None
    detail: str | None = None
    text: str = ""
    donor_id: int | None = None
    before: int = ID_MAX

    @property
    def reasons(self) -> list[Reason]:
        """The reasons that gifts of the list have; none where it is of all gifts or of those in the CRM."""
        if isinstance(self.show, Reason):
            return [self.show]
        return [reason for reason, state in STATE_OF_REASON.items() if state == self.show]

    @property
    def is_search(self) -> bool:
        """Whether only gifts of certain donors, or one gift, are asked for."""
        return bool(self.text) or self.donor_id is not None

    @property
    def gift_id(self) -> int | None:
        """The gift whose id was typed: a number, with # before it or not."""
        digits = self.text.removeprefix("#")
        is_id = digits.isascii() and digits.isdigit() and len(digits) <= 18
        return int(digits) if is_id else None

    def address(self, **other: Any) -> str:
        """The list with these parts put in place of its own; its first page unless they say `before`."""
        parts = {"show": self.show, "detail": self.detail, "q": self.text, "donor": self.donor_id, **other}
        query = urlencode({name: str(value) for name, value in parts.items() if value})
        return f"/console/gifts?{query}" if query else "/console/gifts"


def asked(show: str, detail: str, text: str, donor_id: int | None, before: int | None) -> Asked:
    """What the address of a list says; `Invalid` for a state or reason that there is not."""
    words = " ".join(text.split())
    return Asked(
        show=_shown(show),
        detail=detail or None,
        text=words,
        donor_id=donor_id,
        before=ID_MAX if before is None else before,
    )


def shows(wanted: Asked, state: State, reason: Reason | None, detail: str | None) -> bool:
    """Whether a gift in this state belongs on the list."""
    if wanted.show is None:
        return True
    if isinstance(wanted.show, State):
        return state is wanted.show
    return reason is wanted.show and (wanted.detail is None or detail == wanted.detail)


def older(ids: Sequence[int], looked_to: int | None) -> int | None:
    """Below which id the next page goes on: the last gift of this one, or as far as was looked; None at the end.

    `ids` has one more than a page where there are more.
    """
    return ids[TAKE - 1] if len(ids) > TAKE else looked_to


def _shown(text: str) -> Show | None:
    if not text:
        return None
    for kind in (State, Reason, Payment):
        if text in list(kind):
            return kind(text)
    raise Invalid.field("show", "UNKNOWN", f"There is no state and no reason called '{text[:40]}'.")
