"""What a receipt would say if an organization said something else: tried on its latest receipt, or on an invented gift. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from almoner.giving.receipts import service
from almoner.giving.receipts.letters import receipt_said
from almoner.giving.receipts.paper import Sheet, logo_of
from almoner.giving.receipts.rules import Facts, ReceiptState, Unwritable, facts_of, number_text
from almoner.giving.receipts.sayings import SAMPLES, Setting, checked, read_setting, sayings_of
from almoner.kernel.clock import local_day
from almoner.kernel.paging import Paging
from almoner.platform.database import Tx, load_queries
from almoner.platform.telling import read_rows

_queries = load_queries(__file__)

MARK = "This is a sample and no receipt."
"""Stands above the paper, behind the word for what is void: nobody is to take it to the tax office."""
_LATEST = Paging(0, 1, service.SORTS["id"], descending=True)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The setting as it would be, and a receipt as it would be said: its number, paper and letter, and where that would go."""

    setting: Setting
    number: str
    sheet: Sheet
    content: Mapping[str, Any]
    address: str


async def try_setting(tx: Tx, said: Mapping[str, Any], now: datetime, mail_from: str) -> Trial:
    """What comes of what is `said`, as `change_setting` would keep it. Raises what that raises, and keeps nothing."""
    was = await read_setting(tx)
    row, logo = checked(said, was, tx.organization.name, tx.organization.culture)
    setting = msgspec.structs.replace(was, **row)
    today = local_day(now, tx.organization.time_zone)
    facts, number = await _latest(tx) or (SAMPLES[0], number_text(today.year, 1))
    sayings = await sayings_of(tx, setting, mail_from)
    told, _fallback = receipt_said(sayings, facts, number, today)
    picture = logo or await logo_of(tx, told["paper"])
    return Trial(
        setting=setting,
        number=number,
        sheet=Sheet(told["paper"], picture, now, MARK),
        content=told["letter"],
        address=facts.donor.email or sayings.sender,
    )


async def _latest(tx: Tx) -> tuple[Facts, str] | None:
    """The gift of the latest receipt that holds, and its number; None without one, or where nothing is left of either to tell."""
    page = await service.list_receipts(tx, _LATEST, state=ReceiptState.ISSUED)
    for receipt in page.items:
        for row in await read_rows(_queries.facts, tx, [receipt.gift_id]):
            try:
                facts = msgspec.structs.replace(facts_of(row), former=None)
            except Unwritable:
                return None
            if facts.parts and facts.donor.name:
                return facts, receipt.number
    return None
