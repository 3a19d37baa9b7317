"""Why a refund is not known to have gone, or cannot go."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, Unavailable


class RefundUnconfirmed(Unavailable):
    """The processor did not answer whether the refund went. The amount is reserved meanwhile, and the refund is looked for; sent again under the
    same `Idempotency-Key` it goes at most once.
    """


class RefundKeyReused(Conflict):
    """The `Idempotency-Key` of the refund belongs to another refund.

    The code is the edge's for a reused key.
    """

    code = "IDEMPOTENCY_KEY_REUSED"


UNCONFIRMED = "The refund could not be confirmed; its amount is reserved until it is. Send it again shortly with the same Idempotency-Key: it goes at most once."
KEYLESS = (
    "The refund could not be confirmed; its amount is reserved until it is. It came without an Idempotency-Key: sent again it is another refund."
    " Read first what became of this one, at /api/Gift/{}/reversals."
)
KEY_REUSED = "This idempotency key was used before for another refund."
DISPUTED = "Somebody disputes the payment of gift {}: the processor has the money until that is decided. Refund it when the dispute was won."
NO_GATEWAY = "The payment of gift {} was taken by {}, which this server does not reach: refund it there."
GATEWAY_GONE = "The organization has no account at {} any more, so nobody can find out whether the refund went. Set the account up again: it is then found out."
GATEWAY_UNSURE = (
    "The key of the account at {} may not say which account it is, and it finds no such refund: that may have gone through another account. Set that"
    " one up again, or a key that may read the account: it is then found out."
)
NOT_FOUND = "The processor knows of no refund under its key, and was asked again and again."
