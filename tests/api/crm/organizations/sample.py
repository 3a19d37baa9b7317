"""How the walks ask for organizations: as a key does, and, to switch, as a user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.support.house import Tenant
from tests.support.people import Person, bring_in, new_email
from tests.support.samples import Ask, Sample


@dataclass
class Signed:
    """A user's token, and the membership it works with."""

    token: str
    membership_id: int


async def make(tenant: Tenant, _text: str) -> Signed:
    """A user who signed in."""
    who = await bring_in(tenant.db, tenant.id, Person(new_email()), "Read only", datetime.now(UTC))
    form = {"grant_type": "password", "username": who.email, "password": who.password}
    token = (await tenant.crm.call("POST", "/crm/Token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    current = await tenant.crm.call("GET", "/crm/api/Organization/Current", headers=headers)
    return Signed(token, current.json()["organizationUserId"])


def switches(made: Signed) -> list[Ask]:
    """To the organization that is worked in already."""
    body = {"organizationUserId": made.membership_id}
    headers = {"Authorization": f"Bearer {made.token}"}
    return [Ask(body=body, headers=headers, names_record=False)]


SAMPLE = Sample(
    "crm",
    make,
    {
        "GET /api/Organization": lambda _: [Ask(names_record=False)],
        "GET /api/Organization/Current": lambda _: [Ask(names_record=False)],
        "PUT /api/Organization/Switch": switches,
    },
)
