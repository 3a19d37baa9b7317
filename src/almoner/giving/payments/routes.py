"""`/api/Payment`: what gateways were asked to take, and what became of it (an extension; Raise itself shows none)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from almoner.giving.payments import service
from almoner.giving.payments.rules import State
from almoner.giving.payments.views import PaymentView
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, get, routes_in
from almoner.platform.wire import RaisePage

StateName = Annotated[
    str, Meta(description="Only payments in this state.", extra_json_schema={"enum": list(State)})
]


@get("/api/Payment/{payment_id:int}", "gift:read", extension=True)
async def get_payment(tx: Tx, payment_id: int) -> PaymentView:
    """Read one payment."""
    return await service.read_payment(tx, payment_id)


@get("/api/Payment/list", "gift:read", extension=True, sorts=service.SORTS)
async def list_payments(tx: Tx, page: PageQuery, state: StateName | None = None) -> RaisePage[PaymentView]:
    """Page through payments; with `state`, through those in this state."""
    return RaisePage.of(await service.list_payments(tx, page.checked(), state))


routes = routes_in(__name__)
