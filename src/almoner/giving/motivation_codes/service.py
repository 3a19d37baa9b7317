"""Make, read, change and delete motivation codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.giving.coded import code_once
from almoner.giving.events import LOG
from almoner.giving.motivation_codes.rules import checked
from almoner.giving.motivation_codes.views import MotivationCodeView, motivation_code_view
from almoner.kernel.errors import FieldError, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import Records

_queries = load_queries(__file__)

MOTIVATIONS = Records(LOG, "giving.motivation_code", motivation_code_view)
SORTS = {"id": "id", "name": "name", "code": "code", "createddatetime": "created_at"}


async def create_motivation_code(tx: Tx, said: Mapping[str, Any], now: datetime) -> MotivationCodeView:
    """Make a motivation code of the fields `said`; `Invalid` names every broken one, `CodeTaken` a code in use."""
    row = checked(said)
    with code_once("motivation code", row):
        return await MOTIVATIONS.make(tx, row, now)


async def replace_motivation_code(
    tx: Tx, motivation_code_id: int, said: Mapping[str, Any], now: datetime
) -> MotivationCodeView:
    """Let a motivation code be as it is `said`; `NotFound` without it, and as `create_motivation_code`."""
    row = checked(said)
    with code_once("motivation code", row):
        return await MOTIVATIONS.replace(tx, motivation_code_id, row, now)


async def broken(said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that a motivation code refuses; null stands for what could not be read."""
    return refused_by(checked, said)


async def list_motivation_codes(tx: Tx, paging: Paging, filter_: str | None) -> Page[MotivationCodeView]:
    """A page of motivation codes, of those that hold `filter_`, and how many there are."""
    return await MOTIVATIONS.page(tx, _queries.chosen, paging, filter=clean(filter_))
