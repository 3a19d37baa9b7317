"""`/api/Reversal`: what went back of gifts, or may (an extension); `/api/Gift/{id}/refund` asks for it.

That path is the original's; its method is not readable (raise-api.md 2).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.gifts.views import GiftView
from almoner.giving.payments.errors import RefundRefused
from almoner.giving.reversals import service
from almoner.giving.reversals.errors import RefundKeyReused, RefundUnconfirmed
from almoner.giving.reversals.refund import RefundDesk
from almoner.giving.reversals.requests import RefundBody
from almoner.giving.reversals.rules import State
from almoner.giving.reversals.views import ReversalView
from almoner.kernel.errors import FieldError
from almoner.platform.database import Tx
from almoner.platform.events.wake import Wake
from almoner.platform.http import PageQuery, Request, WithHeaders, get, idempotency_key, post, put, routes_in
from almoner.platform.organizations.rules import Caller
from almoner.platform.wire import RaisePage

REPLAYED = "Idempotent-Replayed"

StateName = Annotated[
    str, Meta(description="Only reversals in this state.", extra_json_schema={"enum": list(State)})
]


async def broken_in_refund(tx: Tx, gift_id: int, data: RefundBody, desk: RefundDesk) -> list[FieldError]:
    """See `RefundDesk.broken`."""
    return await desk.broken(tx, gift_id, data)


@post(
    "/api/Gift/{gift_id:int}/refund",
    "gift:update",
    once=False,
    keyed=True,
    judge=broken_in_refund,
    raises=(RefundRefused, RefundKeyReused, RefundUnconfirmed),
    response_headers={REPLAYED: "`true` when an earlier request asked for this refund."},
)
async def refund_gift(
    request: Request, caller: Caller, gift_id: int, data: RefundBody, desk: RefundDesk, wake: Wake
) -> WithHeaders[GiftView]:
    """Refund a gift, or a part of it.

    Without a body all that is left of it goes back. Honours `Idempotency-Key`: the same request again refunds nothing more, and answers with the
    header `Idempotent-Replayed: true`.
    """
    refunded = await desk.refund(
        caller.organization_id,
        gift_id,
        data,
        by=caller.name,
        key=idempotency_key(request),
        fingerprint=await request.body(),
    )
    wake.ring()
    return WithHeaders(refunded.gift, {REPLAYED: "true"} if refunded.is_replay else {})


@put(
    "/api/Gift/{gift_id:int}/refund",
    "gift:update",
    extension=True,
    once=False,
    keyed=True,
    judge=broken_in_refund,
    raises=(RefundRefused, RefundKeyReused, RefundUnconfirmed),
    response_headers={REPLAYED: "`true` when an earlier request asked for this refund."},
)
async def put_refund(
    request: Request, caller: Caller, gift_id: int, data: RefundBody, desk: RefundDesk, wake: Wake
) -> WithHeaders[GiftView]:
    """Refund a gift, or a part of it: the same as `POST`."""
    return await refund_gift.handler(request, caller, gift_id, data, desk, wake)  # type: ignore[no-any-return]


@get("/api/Gift/{gift_id:int}/reversals", "gift:read", extension=True)
async def list_gift_reversals(tx: Tx, gift_id: int) -> RaisePage[ReversalView]:
    """What went back of a gift, or may: refunds, disputes and failures, the oldest first."""
    found = await service.reversals_of(tx, gift_id)
    return RaisePage(items=found, total=len(found))


@get("/api/Reversal/{reversal_id:int}", "gift:read", extension=True)
async def get_reversal(tx: Tx, reversal_id: int) -> ReversalView:
    """Read one reversal."""
    return await service.read_reversal(tx, reversal_id)


@get("/api/Reversal/list", "gift:read", extension=True, sorts=service.SORTS)
async def list_reversals(tx: Tx, page: PageQuery, state: StateName | None = None) -> RaisePage[ReversalView]:
    """Page through reversals; with `state`, through those in this state."""
    return RaisePage.of(await service.list_reversals(tx, page.checked(), state))


routes = routes_in(__name__)
