"""Why nothing was done about a receipt."""

from __future__ import annotations

from almoner.kernel.errors import Conflict


class ReceiptNotInForce(Conflict):
    """The receipt is void already, or another process is changing it at this moment."""

    code = "RECEIPT_NOT_IN_FORCE"


class ReceiptNotDue(Conflict):
    """The gift can have no receipt now: it has one, nothing is left of it, it was made in test mode, or it cannot be read. The sentence says which."""

    code = "RECEIPT_NOT_DUE"


class NoAddress(Conflict):
    """The donor has no e-mail address that the letter could go to; name one, or download the receipt."""

    code = "NO_ADDRESS"


class RunAtWork(Conflict):
    """Statements of this year are being made already."""

    code = "RUN_AT_WORK"
