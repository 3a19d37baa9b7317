"""`POST /api/Raise/give`: the only way a gift comes into being (raise-api.md 3.4)."""

from __future__ import annotations

from almoner.giving.gifts.views import GiftView
from almoner.giving.give.errors import GiftKeyReused, Lapsed, Unconfirmed
from almoner.giving.give.requests import GiveBody
from almoner.giving.give.service import GiveDesk
from almoner.giving.payments.errors import ConfirmationNeeded, PaymentDeclined
from almoner.kernel.errors import FieldError
from almoner.platform.database import Tx
from almoner.platform.http import Request, WithHeaders, idempotency_key, post, routes_in
from almoner.platform.organizations.rules import Caller

REPLAYED = "Idempotent-Replayed"


async def broken_in_give(tx: Tx, data: GiveBody, desk: GiveDesk) -> list[FieldError]:
    """See `GiveDesk.broken`. What the gateway alone knows, such as a token of no card, it says when it is asked."""
    return await desk.broken(tx, data)


@post(
    "/api/Raise/give",
    "gift:write",
    once=False,
    keyed=True,
    judge=broken_in_give,
    raises=(PaymentDeclined, ConfirmationNeeded, GiftKeyReused, Lapsed, Unconfirmed),
    response_headers={REPLAYED: "`true` when an earlier request made this gift."},
)
async def give(request: Request, caller: Caller, data: GiveBody, desk: GiveDesk) -> WithHeaders[GiftView]:
    """Take a payment and make the gift, its donor and its split.

    Honours `Idempotency-Key`, and `transactionSource` with `transactionId` likewise: the same request again answers
    with the first gift and the header `Idempotent-Replayed: true`, and charges nothing.
    """
    given = await desk.give(
        caller.organization_id, data, key=idempotency_key(request), fingerprint=await request.body()
    )
    return WithHeaders(given.gift, {REPLAYED: "true"} if given.is_replay else {})


routes = routes_in(__name__)
