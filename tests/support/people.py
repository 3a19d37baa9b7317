"""Users of an organization, made as commands and the invitation page make them; and how they sign in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from almoner.kernel.clock import ManualClock
from almoner.platform.accounts import service
from almoner.platform.accounts.passwords import Passwords
from almoner.platform.accounts.service import Member, Proven
from almoner.platform.accounts.sign_in import SignInDesk
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


async def invite_to(db: Database, organization_id: int, email: str, group: str, now: datetime) -> str:
    """The token of a fresh invitation to an organization."""
    async with db.tenant(organization_id) as tx:
        await prepare_groups(tx, now)
    return await service.invite(
        db, organization_id, email, "Pat Doe", group, "a test", now, timedelta(hours=72)
    )


async def bring_in(db: Database, organization_id: int, made: Person, group: str, now: datetime) -> Person:
    """Let a person be invited and accept, with the password; one who has an account already accepts with that."""
    token = await invite_to(db, organization_id, made.email, group, now)
    found = await service.read_invitation(db, token, now)
    secret: str | Proven = await Passwords().hash(made.password, made.email)
    if found.has_password:
        secret = await proved(db, made, now)
    await service.accept(db, token, found, secret, now)
    return made


async def proved(db: Database, who: Person, now: datetime) -> Proven:
    """A person who has shown the password."""
    return await SignInDesk(db, ManualClock(now), "crm").prove(who.email, [who.password], "", who.address)


async def invited(
    house: House, email: str, group: str = "Administrator", tenant: Tenant | None = None
) -> str:
    """The token of a fresh invitation."""
    app = house.app
    return await invite_to(app.db, (tenant or house.tenant).id, email, group, app.clock.now())


async def person(
    house: House, group: str = "Administrator", email: str = "", tenant: Tenant | None = None
) -> Person:
    """A user who accepted."""
    app, made = house.app, Person(email or new_email())
    return await bring_in(app.db, (tenant or house.tenant).id, made, group, app.clock.now())


async def member(house: House, email: str, tenant: Tenant | None = None) -> Member:
    """The membership of a user."""
    app = house.app
    return await service.member_named(app.db, (tenant or house.tenant).id, email, app.clock.now())


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
