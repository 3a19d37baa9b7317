"""Failures of gifts."""

from __future__ import annotations

from almoner.kernel.errors import BadRequest, Conflict


class DesignationsRefused(BadRequest):
    """The designations are missing, do not sum to the gift, or name a project that is not there, is inactive, or is one of several.

    Everything else that is broken is named beside them.
    """

    title = "The designations of the gift are not valid."


class SegmentRefused(BadRequest):
    """The gift names a segment that is not there. Everything else that is broken is named beside it."""

    title = "The segment of the gift is not valid."


class TransactionTaken(Conflict):
    """Another gift has this transaction source and id."""
