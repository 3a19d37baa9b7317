"""Failures of gifts."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.kernel.errors import BadRequest, Conflict, FieldError, Invalid


class DesignationsRefused(BadRequest):
    """The designations are missing, do not sum to the gift, or name a project that is not there, is inactive, or is one of several.

    Everything else that is broken is named beside them.
    """

    title = "The designations of the gift are not valid."


def refusal(errors: Sequence[FieldError]) -> Exception:
    """400 where designations are wrong, as the seed page says, else the CRM's own status for rules."""
    kind = DesignationsRefused if any("giftDesignations" in error.field for error in errors) else Invalid
    return kind("The gift is not valid.", fields=tuple(errors))


class GiftStays(Conflict):
    """The gift was taken back, or came from another system: deleted, it would leave books that nobody can explain."""


class TransactionTaken(Conflict):
    """Another gift has this transaction source and id."""
