"""What can be taken back of a gift, and what a processor's words make of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from almoner.giving.gifts.requests import GiftProjectBody
from almoner.giving.payments.rules import off_step
from almoner.kernel.amounts import positive_minor
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import format_amount
from almoner.kernel.text import clean, fold_code


class Kind(StrEnum):
    """Why money of a gift goes back."""

    REFUND = "refund"
    DISPUTE = "dispute"
    FAILURE = "failure"


class State(StrEnum):
    """What became of a reversal (docs/reference/refunds.md)."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


MEANINGS = {
    State.ASKED: "The processor was asked for the refund, or is about to be; that it went is not known yet. So much of the gift cannot be refunded again.",
    State.DONE: "The money went back to the donor.",
    State.FAILED: "The refund did not go, or came back: the gift has the money.",
    State.OPEN: "The donor disputes the payment at the bank; the processor took the money until that is decided.",
    State.WON: "The dispute was decided for the organization: the gift has the money again.",
    State.LOST: "The dispute was decided for the donor: the money is gone.",
}
"""Each state in a sentence for staff."""

GONE = (State.DONE, State.OPEN, State.LOST)
"""In these states the money is not the gift's; in `asked` it is only reserved."""


class ReversalFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What another system needs to know of money that went back, in this version. Money in minor units.

    `on` is the organization-local day on which it went, `reinstated_on` the one on which it came back, if it did. `can_sync` and
    `is_test_mode` are its gift's, `campaign_syncs` is its campaign's flag of now.
    """

    id: int
    version: int
    gift_id: int
    donor_id: int
    campaign_id: int | None
    amount_minor: int
    currency: str
    project_minor: Sequence[int]
    codes: Sequence[str]
    on: date
    reinstated_on: date | None
    created_at: datetime
    can_sync: bool
    campaign_syncs: bool
    is_test_mode: bool


class Left(Protocol):
    """What is left of a gift for one project: a row of the statement `left_of`."""

    def __getitem__(self, name: str) -> Any: ...


def running_shares(parts: Sequence[int], minor: int) -> list[int]:
    """`minor` taken from parts in proportion to them, to the last unit: what is owed up to a part, less what is owed up to the one before it.

    No part gives more than it has.

    The same shares as the CRM takes (`crm_code.shares`).
    """
    whole, upto, taken = sum(parts), 0, []
    for part in parts:
        upto += part
        taken.append(upto * minor // whole - (upto - part) * minor // whole)
    return taken


def split_back(left: Sequence[Left], minor: int) -> dict[int, int]:
    """How much of which project `minor` takes back, in proportion to what is left for each."""
    there = [row for row in left if row["minor"] > 0]
    taken = running_shares([row["minor"] for row in there], minor)
    return {row["project_id"]: part for row, part in zip(there, taken, strict=True) if part}


def refundable(
    amount: Any,
    projects: Sequence[GiftProjectBody] | None,
    currency: str,
    left: Sequence[Left],
    step: int = 1,
) -> dict[int, int]:
    """How much of which project a refund takes back: of those that are named, else in proportion; without an amount all that is left.

    `Invalid` names every broken field, and what is left. Minor units of `currency`, of which the gateway gives back multiples of `step`.
    """
    errors: list[FieldError] = []
    whole = sum(row["minor"] for row in left)
    minor = positive_minor(amount, currency, "amount", errors) if amount is not None else None
    if not whole:
        errors.append(FieldError("amount", "OUT_OF_RANGE", "Nothing is left of the gift to refund."))
    elif minor is not None and minor > whole:
        text = f"No more can be refunded than is left of the gift: {format_amount(whole, currency)}."
        errors.append(FieldError("amount", "OUT_OF_RANGE", text))
    parts = _named_parts(projects or (), minor, currency, left, errors) if whole else {}
    if projects and minor is not None and not errors and sum(parts.values()) != minor:
        text = "The amounts of the projects must sum to the amount of the refund."
        errors.append(FieldError("projects", "SUM_MISMATCH", text))
    if not errors and (problem := off_step(sum(parts.values()) or minor or whole, currency, step)):
        errors.append(problem)
    if errors:
        raise Invalid("The refund is not valid.", fields=tuple(errors))
    return parts or split_back(left, whole if minor is None else minor)


def _named_parts(
    projects: Sequence[GiftProjectBody],
    minor: int | None,
    currency: str,
    left: Sequence[Left],
    errors: list[FieldError],
) -> dict[int, int]:
    parts: dict[int, int] = {}
    for n, part in enumerate(projects):
        path = f"projects[{n}]"
        row = _row_named(part, path, left, errors)
        if row is None:
            continue
        rest = row["minor"] - parts.get(row["project_id"], 0)
        if part.amount is not None:
            taken = positive_minor(part.amount, currency, f"{path}.amount", errors)
        else:
            taken = minor if len(projects) == 1 and minor is not None else rest
        if taken is not None and not 0 < taken <= rest:
            text = f"No more can be refunded of this project than is left of the gift for it: {format_amount(rest, currency)}."
            errors.append(FieldError(f"{path}.amount", "OUT_OF_RANGE", text, ("amount",)))
        elif taken is not None:
            parts[row["project_id"]] = parts.get(row["project_id"], 0) + taken
    return parts


def _row_named(
    part: GiftProjectBody, path: str, left: Sequence[Left], errors: list[FieldError]
) -> Left | None:
    code = clean(part.code)
    key = None if code is None else fold_code(code)
    if part.project_id is None and key is None:
        text = "Name the project by projectId or code."
        errors.append(FieldError(f"{path}.projectId", "REQUIRED", text, (f"{path}.code",)))
        return None
    for row in left:
        if part.project_id in (None, row["project_id"]) and key in (None, row["code_key"]):
            return row
    field = "projectId" if part.project_id is not None else "code"
    errors.append(FieldError(f"{path}.{field}", "UNKNOWN", "Nothing of the gift was given for this project."))
    return None


@dataclass(frozen=True, slots=True)
class Heard:
    """What all words of one refund, dispute or failure come to: its state (None: still on its way), and when it went and came back (UTC)."""

    state: State | None
    went_at: datetime
    back_at: datetime | None


def heard(words: Sequence[Any]) -> Heard:
    """What a processor's `words` of one refund, dispute or failure say together, in whatever order they came.

    What ends a dispute or refund outdoes what began it. A dispute that was lost may be won later; what was won stays so: a further loss is
    a further dispute.
    """
    last = max(words, key=lambda word: _RANKS[word["state"]])["state"]
    went = min(
        (word["happened_at"] for word in words if word["state"] in ("done", "open")),
        default=min(word["happened_at"] for word in words),
    )
    if last == "pending":
        return Heard(None, went, None)
    since = min(word["happened_at"] for word in words if word["state"] == last)
    return Heard(State(last), went, since if last in ("won", "failed") else None)


_RANKS = {"pending": 0, "open": 0, "done": 1, "lost": 1, "failed": 2, "won": 2}


def follows(kind: str, before: str, told: State | None, is_named: bool) -> bool:
    """Whether a reversal in state `before` comes into the state that a processor tells.

    A refund that is `failed` comes back to life only where that was concluded without its name (`is_named`): because the gateway knew of none.
    A dispute that was decided is never open again.
    """
    if told is None or told == before:
        return False
    if kind == Kind.REFUND:
        return before == State.ASKED or told == State.FAILED or not is_named
    return kind == Kind.DISPUTE and before != State.WON and told != State.OPEN
