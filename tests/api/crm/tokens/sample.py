"""How the walks sign in."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.house import Tenant
from tests.support.people import Person, bring_in, new_email
from tests.support.samples import Ask, Sample


async def make(tenant: Tenant, _text: str) -> Person:
    """A user of the organization."""
    return await bring_in(tenant.db, tenant.id, Person(new_email()), "Read only", datetime.now(UTC))


def asks(made: Person) -> list[Ask]:
    """By password; refresh tokens work once, and have tests of their own."""
    form = {"grant_type": "password", "username": made.email, "password": made.password, "otp": ""}
    return [Ask(form=form, names_record=False)]


SAMPLE = Sample("crm", make, {"POST /Token": asks})
