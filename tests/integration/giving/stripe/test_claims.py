"""An account at Stripe is one organization's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from almoner.giving.stripe import claims, errors
from almoner.giving.stripe.accounts import read_account, set_account
from almoner.giving.stripe.check import check_account
from almoner.giving.stripe.client import StripeHttp
from almoner.kernel.errors import Conflict, Invalid
from almoner.platform.database.files import load_migrations
from almoner.platform.vault import Vault, VaultLocked
from tests.integration.giving.stripe.world import StripeWorld
from tests.support.house import Tenant
from tests.support.rows import as_owner
from tests.support.stripe_fake import FakeStripe

pytestmark = pytest.mark.anyio


async def connect(world: StripeWorld, tenant: Tenant, number: int = 1, **options: Any) -> None:
    """Let an organization set up the account of this number, each by a key of its own, now or `later`; test accounts say so."""
    now = world.house.app.clock.now() + options.pop("later", timedelta(0))
    mode = options.pop("mode", "live")
    key = options.pop("key", f"sk_{mode}_{tenant.id}")
    fake = FakeStripe(secret_key=key, account_id=f"acct_{world.tenant.id}_{number}")
    parts: Any = {"webhook_secret": "whsec_x", "publishable_key": None, "descriptor_suffix": None}
    await claims.set_up(
        world.house.app.db,
        world.vault,
        StripeHttp(fake.transport),
        now,
        tenant.id,
        secret_key=key,
        **parts,
        **options,
    )


async def has_account(world: StripeWorld, tenant: Tenant) -> bool:
    async with world.house.app.db.tenant(tenant.id) as tx:
        return await read_account(tx, world.vault) is not None


async def refused(world: StripeWorld, tenant: Tenant, **options: Any) -> str:
    """What is told when the account is another's."""
    with pytest.raises(Invalid) as told:
        await connect(world, tenant, **options)
    (field,) = told.value.fields
    assert (field.field, field.code) == ("secretKey", "TAKEN")
    assert not await has_account(world, tenant)
    return field.message


async def test_the_second_organization_is_refused_with_what_helps_and_without_the_others_name(
    world: StripeWorld,
) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()
    await connect(world, first)
    await connect(world, first, key=f"sk_live_{first.id}_rolled")
    message = await refused(world, second)
    assert "gateway remove" in message
    assert message == errors.ANOTHERS, "which names nobody"
    await connect(world, second, mode="test")
    await connect(world, second, number=2)


async def test_a_key_that_nobody_asks_stripe_about_is_still_one_organizations(world: StripeWorld) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()
    key = f"sk_live_{first.id}_one"
    await connect(world, first, key=key, is_checked=False)
    await refused(world, second, key=key, is_checked=False)


async def test_of_six_at_once_one_has_it(world: StripeWorld) -> None:
    tenants = [await world.house.another_tenant() for _ in range(6)]
    ends = await asyncio.gather(*(connect(world, one) for one in tenants), return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [Invalid] * 5
    assert [await has_account(world, one) for one in tenants].count(True) == 1


async def test_who_takes_it_away_or_takes_another_leaves_it_to_others(world: StripeWorld) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()
    await connect(world, first)
    assert await claims.forget(world.house.app.db, first.id)
    assert not await claims.forget(world.house.app.db, first.id)
    await connect(world, second)
    await connect(world, second, number=2)
    await connect(world, first)


async def test_an_account_of_before_is_claimed_when_its_events_are_asked_for(world: StripeWorld) -> None:
    """The world's own account was never claimed."""
    world.fake.account_id = f"acct_{world.tenant.id}_1"
    await world.stripe.catch_up(world.tenant.id, seconds=600)
    await refused(world, await world.house.another_tenant())


async def test_an_account_of_before_that_another_has_since_is_told(world: StripeWorld) -> None:
    world.fake.account_id = f"acct_{world.tenant.id}_1"
    await connect(world, await world.house.another_tenant())
    assert await world.stripe.catch_up(world.tenant.id, seconds=600)
    gateway = await world.gateway()
    found = await check_account(gateway.account, gateway.http, world.house.app.clock.now())
    assert await claims.is_anothers(world.house.app.db, gateway.account, found)


async def test_who_could_not_take_another_account_leaves_that_to_others_and_keeps_its_own(
    world: StripeWorld,
) -> None:
    first, second, third = [await world.house.another_tenant() for _ in range(3)]
    await connect(world, first)
    async with world.house.app.db.tenant(first.id) as tx:
        await tx.conn.execute(_OPEN, first.id)
    with pytest.raises(Conflict, match=r"payments \(1\)"):
        await connect(world, first, number=2)
    await refused(world, third)
    await connect(world, second, number=2)


_OPEN = """
    INSERT INTO giving.payment_intent (organization_id, state, gateway, gateway_key, amount_minor, currency, look_at, created_at, modified_at)
    VALUES ($1, 'asked', 'Stripe', gen_random_uuid(), 1000, 'USD', now() + interval '1 minute', now(), now())
"""


async def test_an_account_of_before_is_asked_about_until_stripe_says_which_it_is(world: StripeWorld) -> None:
    """By its key alone others are not kept from it: they have a key of their own."""
    world.fake.account_id = f"acct_{world.tenant.id}_1"
    await world.set_up(name=None)
    away, now = StripeHttp(FakeStripe(secret_key="sk_live_nobodys").transport), world.house.app.clock.now()
    account = (await world.gateway()).account
    assert await claims.claim_of_before(world.house.app.db, account, away, now)
    await world.stripe.catch_up(world.tenant.id, seconds=600)
    assert (await world.gateway()).account_name == world.fake.account_id
    await refused(world, await world.house.another_tenant())


async def test_what_stripe_said_of_an_account_is_kept_of_no_later_one(world: StripeWorld) -> None:
    world.fake.account_id = f"acct_{world.tenant.id}_1"
    await world.set_up(name=None)
    gateway, now = await world.gateway(), world.house.app.clock.now()
    await world.set_up(name=None, secret_key=f"sk_live_{world.tenant.id}_later")
    assert await claims.claim_of_before(world.house.app.db, gateway.account, gateway.http, now)
    assert (await world.gateway()).account_name is None


async def test_an_account_of_before_that_was_claimed_without_its_name_is_asked_once_more(
    world: StripeWorld,
) -> None:
    """As programs did between the two: the upgrade lets it be asked again."""
    world.fake.account_id = f"acct_{world.tenant.id}_1"
    await world.set_up(name=None)
    (file,) = [one for one in load_migrations() if one.name.endswith("claimed-without-a-name")]
    async with as_owner(world.house.app.db, world.tenant.id) as tx:
        await tx.conn.execute("UPDATE giving.stripe_account SET is_claimed = true")
        await tx.conn.execute(file.text)
    await world.stripe.catch_up(world.tenant.id, seconds=600)
    assert (await world.gateway()).account_name == world.fake.account_id


async def _die(*_: Any, **__: Any) -> None:
    raise asyncio.CancelledError


async def _killed_in_setting_up(
    world: StripeWorld, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> None:
    monkeypatch.setattr(claims, "set_account", _die)
    await connect(world, tenant, **options)


async def _killed_in_taking_away(world: StripeWorld, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    await connect(world, tenant)
    monkeypatch.setattr(claims, "keep", _die)
    await claims.forget(world.house.app.db, tenant.id)


@pytest.mark.parametrize("killed", [_killed_in_setting_up, _killed_in_taking_away])
async def test_who_was_killed_between_claim_and_account_keeps_nobody_from_it_for_long(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch, killed: Any
) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()
    with monkeypatch.context() as patch, pytest.raises(asyncio.CancelledError):
        await killed(world, first, patch)
    assert not await has_account(world, first)
    await refused(world, second)  # it may be about to be set up
    await connect(world, second, later=timedelta(minutes=11))
    await refused(world, first, later=timedelta(days=1))


async def test_who_was_killed_while_another_account_took_the_place_of_its_own_keeps_nobody_from_that(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()
    await connect(world, first)
    with monkeypatch.context() as patch, pytest.raises(asyncio.CancelledError):
        await _killed_in_setting_up(world, first, patch, number=2)
    await refused(world, second, number=2)
    later = timedelta(minutes=11)
    await refused(world, second, later=later)  # its own it keeps
    await connect(world, second, number=2, later=later)


async def test_who_claims_again_what_was_never_set_up_has_it(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()
    for minutes in (0, 11):
        with monkeypatch.context() as patch, pytest.raises(asyncio.CancelledError):
            await _killed_in_setting_up(world, first, patch, later=timedelta(minutes=minutes))
    await refused(world, second, later=timedelta(minutes=15))


async def test_an_account_whose_secrets_cannot_be_sealed_is_left_to_others(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await world.house.another_tenant(), await world.house.another_tenant()

    def locked(*_: Any, **__: Any) -> None:
        raise VaultLocked("There is no key.")

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "seal", locked)
        with pytest.raises(VaultLocked):
            await connect(world, first)
    await connect(world, second)


async def _claimed(world: StripeWorld, tenant: Tenant) -> tuple[str | None, list[str]]:
    """Which account an organization has, and which it has claimed."""
    async with world.house.app.db.tenant(tenant.id) as tx:
        account = await read_account(tx, world.vault)
    names = await claims._claimed_names(world.house.app.db, tenant.id)
    return None if account is None else account.name, [name for name in names if name.startswith("acct_")]


async def test_who_sets_an_account_up_while_somebody_takes_it_away_has_claimed_what_is_there(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who takes it away is late to say that nothing is claimed any more."""
    tenant, keep, taken = await world.house.another_tenant(), claims.keep, asyncio.Event()
    await connect(world, tenant)

    async def late(db: Any, organization_id: int, names: Any) -> None:
        if not names:
            taken.set()
            await asyncio.sleep(0.5)
        await keep(db, organization_id, names)

    with monkeypatch.context() as patch:
        patch.setattr(claims, "keep", late)
        taking = asyncio.create_task(claims.forget(world.house.app.db, tenant.id))
        await taken.wait()
        await connect(world, tenant)
        assert await taking
    name = f"acct_{world.tenant.id}_1"
    assert await _claimed(world, tenant) == (name, [name])


@pytest.mark.parametrize("is_refused", [False, True])
async def test_of_two_who_set_up_accounts_of_one_organization_the_one_that_is_there_is_claimed(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    """The first has claimed its account, and is late to set it up, or to be refused."""
    tenant, claimed = await world.house.another_tenant(), asyncio.Event()

    async def late(*args: Any, **options: Any) -> Any:
        if not claimed.is_set():
            claimed.set()
            await asyncio.sleep(0.5)
            if is_refused:
                raise Conflict("Something is open.")
        return await set_account(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(claims, "set_account", late)
        first = asyncio.create_task(connect(world, tenant))
        await claimed.wait()
        await connect(world, tenant, number=2)
        await asyncio.gather(first, return_exceptions=True)
    name, names = await _claimed(world, tenant)
    assert names == [name]
