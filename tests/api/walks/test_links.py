"""Whatever an answer tells the address of is there, for who follows the address as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.walks.conftest import Made
from tests.support.samples import Covered

pytestmark = pytest.mark.anyio

OURS = "http://almoner.test/"
THEIRS = {"imageUrl", "submissionUrl"}
"""Addresses that callers wrote, which lead wherever they lead."""


def _is_json(answer: httpx.Response) -> bool:
    """Whether an answer is a document; one may be empty, or a file of its own kind."""
    return bool(answer.content) and answer.headers["content-type"].startswith("application/json")


def addresses(told: Any) -> Iterator[tuple[str, str]]:
    """Every field of an answer, however deep, that is named as an address and has one."""
    if isinstance(told, list):
        for each in told:
            yield from addresses(each)
    elif isinstance(told, dict):
        for name, value in told.items():
            if isinstance(value, str) and name.lower().endswith("url") and name not in THEIRS:
                yield name, value
            yield from addresses(value)


async def test_every_address_in_an_answer_leads_somewhere(each: Covered, made: Made) -> None:
    """To a record or a list, or to the word that the operation is not served yet; pages ask for a sign-in."""
    for ask in each.asks(made.record):
        answer = await each.send(made.tenant, ask)
        for name, address in addresses(answer.json() if _is_json(answer) else None):
            assert address.startswith(OURS), f"{name} is no address of this server: {address}"
            caller = made.tenant.crm if address.startswith(f"{OURS}crm/") else each.api(made.tenant)
            found = await caller.call("GET", address)
            assert found.status_code in (200, 303, 501), f"{name}: {address} answers {found.status_code}"
