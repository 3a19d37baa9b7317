"""With organization A's tokens nothing of organization B is seen or changed, by any operation, code, key or body."""

from __future__ import annotations

import httpx
import pytest

from tests.api.walks.conftest import Made
from tests.support.house import House
from tests.support.rows import Rows
from tests.support.samples import Ask, Covered

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("shares_its_server", [True, False], ids=["on the same server", "on another"])
async def test_nothing_of_another_organization_is_given_or_changed(
    house: House, all_rows: Rows, each: Covered, made: Made, shares_its_server: bool
) -> None:
    """404, or a refusal, or an empty list; only a request that names no record may show the caller's own."""
    home = await house.app.db.home(house.tenant.id)
    (server,) = [one for one in house.app.db.servers if (one is home) is shares_its_server]
    stranger = await house.another_tenant(server=server)
    await house.settle()
    before = await all_rows.of_organization(made.tenant.id)
    for ask in each.asks(made.record):
        assert_nothing_of_theirs(ask, await each.send(stranger, ask), made.word)
    await house.settle()
    assert await all_rows.of_organization(made.tenant.id) == before


def assert_nothing_of_theirs(ask: Ask, answer: httpx.Response, word: str) -> None:
    """The answer holds nothing of a record with `word` in its texts, but for what the caller sent."""
    where = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    sent = [str(value).lower() for value in (*ask.path.values(), *ask.query.values())]
    text = answer.text.lower()
    for value in (str(answer.request.url.path).lower(), *sent):
        text = text.replace(value, "")
    assert word not in text, where
    assert answer.status_code in (200, 400, 404, 422), where
    if answer.status_code == 200 and ask.names_record:
        assert answer.json().get("total") == 0, where


async def test_a_donors_address_in_two_organizations_is_two_donors(house: House) -> None:
    other = await house.another_tenant()
    mine, theirs = (
        await house.tenant.give(email="same@example.org"),
        await other.give(email="same@example.org"),
    )
    assert mine["donorId"] != theirs["donorId"]
    assert (await house.tenant.raise_.get("/raise/api/Donor/list"))["total"] == 1


async def test_a_seeded_key_of_another_organizations_contact_fails_visibly(house: House) -> None:
    other = await house.another_tenant()
    contact = (await other.settled("donor", (await other.give())["donorId"]))["crmKey"]
    gift = await house.tenant.give(email="b@example.org", donor={"crmKey": contact})
    assert (await house.tenant.settled("donor", gift["donorId"]))["reason"] == "contact_not_found"
