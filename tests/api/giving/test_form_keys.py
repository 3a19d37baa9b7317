"""The key of a donation form gives, and does nothing to what others gave before."""

from __future__ import annotations

import pytest

from almoner.platform.organizations.service import create_key
from tests.support.house import House, give_body

pytestmark = pytest.mark.anyio

DEEDS = {
    "Receipt/gift/{gift}": "gift",
    "Receipt/{receipt}/void": "gift",
    "Receipt/{receipt}/resend": "gift",
    "Receipt/letter/{letter}/resend": "gift",
    "Receipt/statements": "gift",
    "Receipt/statements/1/stop": "gift",
    "Gift/{gift}/acknowledge": "gift",
    "Gift/{gift}/transfer": "gift",
    "Gift/{gift}/refund": "gift",
    "Donor/{donor}/merge": "donor",
    "Donor/{donor}/unmerge": "donor",
    "Donor/{donor}/archive": "donor",
    "Donor/{donor}/unarchive": "donor",
}
"""What a form has no part in, with the module whose update it asks for."""


async def test_the_key_of_a_form_takes_no_gift_receipt_or_donor_away(house: House) -> None:
    gift = await house.tenant.give(10)
    async with house.app.db.tenant(house.tenant.id) as tx:
        token = await create_key(tx, "raise", "form", ["gift:create", "donor:create", "*:read"])
        desk = await create_key(tx, "raise", "desk", ["gift:update", "donor:update"])
    of_form, of_desk = ({"Authorization": f"Bearer {each}"} for each in (token, desk))
    given = await house.tenant.raise_.call(
        "POST", "/raise/api/Raise/give", json=give_body(5), headers=of_form
    )
    assert given.status_code == 200
    ids = {"gift": gift["id"], "donor": gift["donorId"], "receipt": 1, "letter": 1}
    for deed, module in DEEDS.items():
        path = f"/raise/api/{deed.format(**ids)}"
        refused = await house.tenant.raise_.call("POST", path, json={}, headers=of_form)
        assert (refused.status_code, f"scope '{module}:update'" in refused.text) == (403, True), deed
        # Whoever may change is told of the body or of what is not there, not of a right.
        assert (await house.tenant.raise_.call("POST", path, json={}, headers=of_desk)).status_code != 403
