"""`POST /api/Raise/give`: the only way a gift comes into being (raise-api.md 3.4)."""

from __future__ import annotations

from typing import Any

from litestar import Request, post

from almoner.giving.gifts.schemas import GiftModel, gift_model
from almoner.giving.give.schemas import GiveRequest
from almoner.giving.give.service import GiveDesk
from almoner.platform.http import idempotency_key, scope
from almoner.platform.organisations.rules import Caller


@post("/api/Raise/give", opt=scope("gift:write"))
async def give(
    request: Request[Any, Any, Any], caller: Caller, data: GiveRequest, give_desk: GiveDesk
) -> GiftModel:
    """Take a payment and make the gift, its donor and its split.

    Honours `Idempotency-Key`: the same request again answers with the first gift and charges nothing.
    """
    gift = await give_desk.give(
        caller.organization_id, data, key=idempotency_key(request), fingerprint=await request.body()
    )
    return gift_model(gift)


routes = [give]
