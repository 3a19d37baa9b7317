"""`POST /api/Raise/give`: the only way a gift comes into being (raise-api.md 3.4)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import ResponseHeader

from almoner.giving.gifts.schemas import GiftModel, gift_model
from almoner.giving.give.schemas import GiveRequest
from almoner.giving.give.service import GiveDesk
from almoner.platform.http import idempotency_key, scope
from almoner.platform.http.responses import JsonResponse
from almoner.platform.organizations.rules import Caller

REPLAYED = "Idempotent-Replayed"


@post(
    "/api/Raise/give",
    opt=scope("gift:write", express=True),
    response_headers=[
        ResponseHeader(
            name=REPLAYED,
            description="`true` when an earlier request made this gift.",
            documentation_only=True,
        )
    ],
)
async def give(
    request: Request[Any, Any, Any], caller: Caller, data: GiveRequest, give_desk: GiveDesk
) -> Response[GiftModel]:
    """Take a payment and make the gift, its donor and its split.

    Honours `Idempotency-Key`, and `transactionSource` with `transactionId` likewise: the same request again answers
    with the first gift and the header `Idempotent-Replayed: true`, and charges nothing.
    """
    given = await give_desk.give(
        caller.organization_id, data, key=idempotency_key(request), fingerprint=await request.body()
    )
    return JsonResponse(gift_model(given.gift), headers={REPLAYED: "true"} if given.is_replay else None)


routes = [give]
