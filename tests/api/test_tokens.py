"""What a good token may do, until it is revoked."""

from __future__ import annotations

import pytest

from almoner.platform.organizations.service import create_key, revoke_key
from tests.api.refusals import assert_refused
from tests.support.house import House, give_body
from tests.support.rows import OwnRows

pytestmark = pytest.mark.anyio


async def test_a_revoked_token_is_refused_and_stores_nothing(house: House, rows: OwnRows) -> None:
    tenant = house.tenant
    async with house.app.db.tenant(tenant.id) as tx:
        for key in await rows.fetch("SELECT id FROM platform.api_key WHERE organization_id = $1"):
            await revoke_key(tx, key["id"], house.app.clock.now())
    before = await rows.counts()
    given = await tenant.raise_.call("POST", "/raise/api/Raise/give", json=give_body())
    made = await tenant.crm.call("POST", "/crm/api/Project", json={"name": "Wells"})
    assert_refused("raise", given, 401, "UNAUTHENTICATED")
    assert_refused("crm", made, 401, "UNAUTHENTICATED")
    assert await rows.counts() == before


async def test_a_token_may_do_what_its_scopes_say_and_no_more(house: House) -> None:
    async with house.app.db.tenant(house.tenant.id) as tx:
        token = await create_key(tx, "raise", "reader", ["gift:read", "campaign:*"])
    caller, headers = house.tenant.raise_, {"Authorization": f"bearer {token}"}
    assert (await caller.call("GET", "/raise/api/Gift/list", headers=headers)).is_success
    assert (await caller.call("GET", "/raise/api/Campaign/list", headers=headers)).is_success
    given = await caller.call("POST", "/raise/api/Raise/give", json=give_body(), headers=headers)
    assert_refused("raise", given, 403, "FORBIDDEN")
    assert_refused(
        "raise", await caller.call("GET", "/raise/api/Donor/list", headers=headers), 403, "FORBIDDEN"
    )
