"""`/api/MotivationCode`: why people gave."""

from __future__ import annotations

from almoner.giving.coded import CodeTaken
from almoner.giving.filtering import Filter
from almoner.giving.motivation_codes import service
from almoner.giving.motivation_codes.requests import MotivationCodeBody
from almoner.giving.motivation_codes.views import MotivationCodeView
from almoner.kernel.clock import Clock
from almoner.platform.database import Tx
from almoner.platform.http import PageQuery, delete, get, post, put, routes_in
from almoner.platform.wire import RaisePage, said


@post("/api/MotivationCode", "campaign:write", raises=(CodeTaken,), judge=service.broken)
async def create_motivation_code(tx: Tx, data: MotivationCodeBody, clock: Clock) -> MotivationCodeView:
    """Create a motivation code."""
    return await service.create_motivation_code(tx, said(data), clock.now())


@get("/api/MotivationCode/{motivation_code_id:int}", "campaign:read")
async def get_motivation_code(tx: Tx, motivation_code_id: int) -> MotivationCodeView:
    """Read one motivation code."""
    return await service.MOTIVATIONS.one(tx, motivation_code_id)


@put(
    "/api/MotivationCode/{motivation_code_id:int}",
    "campaign:write",
    raises=(CodeTaken,),
    judge=service.broken,
)
async def replace_motivation_code(
    tx: Tx, motivation_code_id: int, data: MotivationCodeBody, clock: Clock
) -> MotivationCodeView:
    """Replace what a motivation code says. Gifts keep the text that they came with."""
    return await service.replace_motivation_code(tx, motivation_code_id, said(data), clock.now())


@delete("/api/MotivationCode/{motivation_code_id:int}", "campaign:write")
async def delete_motivation_code(tx: Tx, motivation_code_id: int, clock: Clock) -> None:
    """Delete a motivation code. Gifts keep the text that they came with."""
    await service.MOTIVATIONS.remove(tx, motivation_code_id, clock.now())


@get("/api/MotivationCode/list", "campaign:read", sorts=service.SORTS)
async def list_motivation_codes(
    tx: Tx, page: PageQuery, filter_: Filter = None
) -> RaisePage[MotivationCodeView]:
    """Page through motivation codes."""
    return RaisePage.of(await service.list_motivation_codes(tx, page.checked(), filter_))


routes = routes_in(__name__)
