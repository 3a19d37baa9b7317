"""Users of an organization, made as commands and the invitation page make them; and how they sign in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from almoner.platform.accounts import service
from almoner.platform.accounts.passwords import Passwords
from almoner.platform.accounts.service import Member
from almoner.platform.database import Database
from almoner.tenants.groups import prepare_groups
from tests.support.house import House, Tenant

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass
class Person:
    """A user with a password."""

    email: str
    password: str = PASSWORD
    address: str = "192.0.2.1"
    """Where the person's programs run."""
    token: dict[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """What a request of the user's program carries."""
        return {"Authorization": f"Bearer {self.token['access_token']}"}


def new_email() -> str:
    """An address that nobody has yet."""
    return f"person{next(_numbers)}@example.org"


async def invited(
    house: House, email: str, group: str = "Administrator", tenant: Tenant | None = None
) -> str:
    """The token of a fresh invitation."""
    db, now = house.app.db, house.app.clock.now()
    organization_id = (tenant or house.tenant).id
    async with db.tenant(organization_id) as tx:
        await prepare_groups(tx, now)
    return await service.invite(
        db, organization_id, email, "Pat Doe", group, "a test", now, timedelta(hours=72)
    )


async def person(
    house: House, group: str = "Administrator", email: str = "", tenant: Tenant | None = None
) -> Person:
    """A user who accepted, with a password; one of `email` who has one already accepts with that."""
    db, now = house.app.db, house.app.clock.now()
    made = Person(email or new_email())
    token = await invited(house, made.email, group, tenant)
    found = await service.read_invitation(db, token, now)
    hashed = None if found.has_password else await Passwords().hash(made.password)
    await service.accept(db, token, found, hashed, now)
    return made


async def member(house: House, email: str, tenant: Tenant | None = None) -> Member:
    """The membership of a user."""
    return await member_of(house.app.db, (tenant or house.tenant).id, email, house)


async def member_of(db: Database, organization_id: int, email: str, house: House) -> Member:
    """The membership of a user in an organization."""
    return await service.member_named(db, organization_id, email, house.app.clock.now())


async def ask_token(house: House, address: str = "192.0.2.1", **form: str) -> httpx.Response:
    """The answer of `/Token` to a form, asked from an address."""
    return await post_token(house, "/crm/Token", address=address, data=form)


async def post_token(
    house: House, path: str, *, address: str = "192.0.2.1", **options: Any
) -> httpx.Response:
    """The answer of `/Token` to a request without an API key."""
    transport = httpx.ASGITransport(app=house.app.asgi, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://almoner.test") as client:
        return await client.post(path, **options)


async def signed_in(house: House, who: Person, **more: str) -> Person:
    """The same person with tokens."""
    answer = await ask_token(
        house, who.address, grant_type="password", username=who.email, password=who.password, **more
    )
    assert answer.status_code == 200, answer.text
    who.token = answer.json()
    return who
