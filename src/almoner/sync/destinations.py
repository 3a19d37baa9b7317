"""Where giving's records go. The CRM's words for what it refuses become the sync's reasons here; the engine knows one more, of a giver that is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from almoner.crm import contract as crm
from almoner.crm.contract import Change, Outcome, Problem
from almoner.platform.database import Tx
from almoner.sync.rules import Reason

REASONS = {
    Problem.CONTACT_NOT_FOUND: Reason.CONTACT_NOT_FOUND,
    Problem.CONTACT_ARCHIVED: Reason.CONTACT_ARCHIVED,
    Problem.CONTACT_AMBIGUOUS: Reason.CONTACT_AMBIGUOUS,
    Problem.NAME_MISSING: Reason.MISSING_REQUIRED_FIELD,
    Problem.GIVER_UNKNOWN: Reason.WAITING_FOR_DONOR,
    Problem.PROJECT_UNKNOWN: Reason.PROJECT_UNKNOWN,
    Problem.PROJECT_INACTIVE: Reason.PROJECT_INACTIVE,
    Problem.GIFT_UNKNOWN: Reason.WAITING_FOR_GIFT,
    Problem.GIFT_REVERSED: Reason.GIFT_REVERSED,
    Problem.REVERSAL_EXCEEDS_GIFT: Reason.GIFT_REVERSED,
    Problem.KEY_TAKEN: Reason.DESTINATION_REJECTED,
    Problem.INVALID: Reason.DESTINATION_REJECTED,
    Problem.UNFORESEEN: Reason.DESTINATION_REJECTED,
}
"""What each problem of the CRM is to the sync; a test holds that none is missing."""


class Destination(Protocol):
    """A CRM. One that shares the transaction takes changes in it, with all else that belongs to them.

    `is_linked`: its contacts are what the CRM keys of donors name, and are written back there.
    """

    name: str
    shares_transaction: bool
    is_linked: bool

    def serves(self, organization_id: int) -> bool:
        """Whether records of this organization go there. A foreign CRM is one organization's, and no other's may reach it."""
        ...

    async def send(self, tx: Tx | None, changes: Sequence[Change], now: datetime) -> list[Outcome]:
        """Have it take `changes`; an outcome for each, in their order. `tx` is the sync's, where it is shared,
        and `now` its instant.

        `Unavailable` (or an `OSError`, or `TimeoutError`) says that it is away, or has no room for more just now (503, 429): that is
        no attempt, and nothing is given up for it.
        """
        ...


class BuiltinCrm:
    """The CRM of this database."""

    name = "crm"
    shares_transaction = True
    is_linked = True

    def serves(self, organization_id: int) -> bool:
        """All of this database; what an organization without a CRM does not send is withheld with its reason."""
        return True

    async def send(self, tx: Tx | None, changes: Sequence[Change], now: datetime) -> list[Outcome]:
        """Have the CRM take `changes` in the sync's own transaction."""
        if tx is None:
            raise TypeError("the CRM of this database takes changes in the sync's transaction")
        return await crm.accept(tx, changes, now)


BUILTIN = BuiltinCrm()


def consumer_of(destination: Destination) -> str:
    """The name under which the log of giving is read for a destination."""
    return f"sync {destination.name}"


def reason_of(outcome: Outcome) -> tuple[Reason | None, str | None]:
    """The sync's reason for what a CRM refused, with the detail a person needs; no reason when it took it."""
    if outcome.problem is None:
        return None, None
    reason = REASONS[outcome.problem]
    if outcome.problem is Problem.REVERSAL_EXCEEDS_GIFT and outcome.detail is None:
        reason = Reason.DESTINATION_REJECTED
    if reason is not Reason.DESTINATION_REJECTED:
        return reason, outcome.detail
    return reason, " ".join(filter(None, (outcome.problem.value, outcome.detail)))
