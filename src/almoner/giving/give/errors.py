"""Why a gift was not stored."""

from __future__ import annotations

from almoner.kernel.errors import Conflict, Unavailable

_GIVEN_BACK = " What was paid for a gift that is not stored is given back."
UNCONFIRMED = (
    "The gift could not be confirmed. Send it again with the same Idempotency-Key, or transactionSource and transactionId: it is stored and paid at most once."
    + _GIVEN_BACK
)
_SHORTLY = (
    "shortly with the same Idempotency-Key, or transactionSource and transactionId: it is paid at most once."
)
REFUSED = f"The gift could not be stored. Send it again {_SHORTLY}{_GIVEN_BACK}"
UNREPEATABLE = "The donor's bank asks the donor to confirm this payment. Send the gift with an Idempotency-Key, so that it can be sent again afterwards."
SETTLING = "An earlier request with this key was interrupted, and what it paid is being given back. Send it again in a minute."
STOPPED = "The server is stopping. Nothing was stored; try again shortly."
_IN_THE_WAY = "A record that the gift needs is held by another transaction, or the database is being brought up to date."
HELD = f"{_IN_THE_WAY} Send the gift again {_SHORTLY}{_GIVEN_BACK}"
_NOT_STORED = " It is not stored. Send it again shortly, with an Idempotency-Key: sent more than once it is then paid once."
KEYLESS = {
    UNCONFIRMED: "The gift could not be confirmed, and it came without an Idempotency-Key: sent again it is another gift. Look in some minutes whether"
    f" it is among the gifts, and send it only if it is not; best with a key.{_GIVEN_BACK}",
    REFUSED: f"The gift could not be stored.{_NOT_STORED}{_GIVEN_BACK}",
    HELD: f"{_IN_THE_WAY}{_NOT_STORED}{_GIVEN_BACK}",
}
"""What is said in the place of each of these to who sent neither key."""
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
