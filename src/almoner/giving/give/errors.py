"""Why a gift was not stored."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, Unavailable

UNCONFIRMED = (
    "The gift could not be confirmed. Send it again with the same Idempotency-Key: it is stored and paid at most once."
    " What was paid for a gift that is not stored is given back."
)
REFUSED = (
    "The gift could not be stored. Send it again shortly with the same Idempotency-Key: it is paid at most once."
    " What was paid for a gift that is not stored is given back."
)
UNREPEATABLE = "The donor's bank asks the donor to confirm this payment. Send the gift with an Idempotency-Key, so that it can be sent again afterwards."
SETTLING = "An earlier request with this key was interrupted, and what it paid is being given back. Send it again in a minute."
STOPPED = "The server is stopping. Nothing was stored; try again shortly."
HELD = (
    "A record that the gift needs is held by another transaction, or the database is being brought up to date. Send the gift again shortly with the same Idempotency-Key: it is paid at most once."
    " What was paid for a gift that is not stored is given back."
)
FULL = "Too many gifts are waiting to be written. Nothing was paid. Try again in a second."


class GiftKeyReused(Conflict):
    """The `Idempotency-Key` or the source key of the gift belongs to another gift.

    The code is the edge's for a reused key.
    """

    code = "IDEMPOTENCY_KEY_REUSED"


class Lapsed(Unavailable):
    """The gift came too late: its payment is being given back, or was. Sent again under the same `Idempotency-Key`, it is paid at most once."""


class Unconfirmed(Unavailable):
    """What became of the gift or its payment is not known yet. Sent again under the same `Idempotency-Key`, it is stored and paid at most once;
    under another or none it may be paid twice.
    """
