from __future__ import annotations

import pytest

from tests.integration.giving.stripe.world import StripeWorld
from tests.support.house import House
from tests.support.stripe_fake import FakeStripe


@pytest.fixture
async def world(house: House) -> StripeWorld:
    """A house whose organization has an account at Stripe, with a key that no other test's has: an account is one organization's."""
    made = StripeWorld(house, FakeStripe(secret_key=f"sk_live_{house.tenant.id}_world"))
    await made.set_up()
    return made
