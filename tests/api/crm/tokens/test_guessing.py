"""Whoever guesses waits longer and longer; the owner gets in from where the owner always does; nobody learns who has an account."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from almoner.platform.accounts.guard import ACCOUNT, ADDRESS, KNOWN_MOST, PAIR
from tests.support.house import House, open_house
from tests.support.people import Person, ask_token, new_email, person, post_token, signed_in

pytestmark = pytest.mark.anyio

THIEF = "198.51.100.7"


async def guess(house: House, email: str, address: str = THIEF) -> httpx.Response:
    """The answer to a wrong password."""
    return await ask_token(house, address, grant_type="password", username=email, password="wrong " * 4)


async def wait_over(house: House) -> None:
    """Let every wait pass: the counts are kept by the clock of the database."""
    async with house.app.db.first.system() as conn:
        await conn.execute("UPDATE platform.sign_in_guard SET blocked_until = now() - interval '1 second'")


async def waits(house: House, email: str, attempts: int, address: str = THIEF) -> list[int]:
    """The seconds that are told after each of so many guesses more, each made when it may be."""
    told = []
    for _ in range(attempts):
        answer = await guess(house, email, address)
        assert answer.status_code == 400, answer.text
        blocked = await guess(house, email, address)
        told.append(int(blocked.headers["retry-after"]) if blocked.status_code == 429 else 0)
        await wait_over(house)
    return told


async def exhaust(house: House, email: str, address: str = THIEF) -> None:
    """Guess until it is blocked."""
    for _ in range(PAIR.free + 1):
        assert (await guess(house, email, address)).status_code == 400
    assert (await guess(house, email, address)).status_code == 429


async def test_a_few_failures_are_free_and_then_each_wait_is_longer(house: House) -> None:
    who = await person(house)
    for _ in range(PAIR.free):
        assert (await guess(house, who.email)).status_code == 400
    assert await waits(house, who.email, 5) == [1, 2, 4, 8, 16]


async def test_the_right_password_does_not_get_in_while_the_wait_lasts(house: House) -> None:
    who = await person(house)
    await exhaust(house, who.email, THIEF)
    blocked = await ask_token(house, THIEF, grant_type="password", username=who.email, password=who.password)
    assert blocked.status_code == 429
    assert blocked.json()["error"] == "too_many_attempts"
    assert int(blocked.headers["retry-after"]) >= 1
    await wait_over(house)
    await signed_in(house, Person(who.email, address=THIEF))


async def test_an_account_that_is_not_there_is_guarded_alike(house: House) -> None:
    nobody = new_email()
    for _ in range(PAIR.free):
        assert (await guess(house, nobody)).status_code == 400
    assert await waits(house, nobody, 3) == [1, 2, 4]


async def test_the_owner_gets_in_from_a_known_address_whoever_guesses_from_elsewhere(house: House) -> None:
    who = await signed_in(house, await person(house))
    for number in range(ACCOUNT.free + 1):
        assert (await guess(house, who.email, f"198.51.100.{100 + number}")).status_code == 400
    assert (await guess(house, who.email, "203.0.113.1")).status_code == 429
    await signed_in(house, who)


async def test_the_wait_of_an_account_stays_short_for_who_comes_from_a_new_address(house: House) -> None:
    who = await person(house)
    async with house.app.db.first.system() as conn:
        await conn.execute("UPDATE platform.sign_in_guard SET failures = failures + 40")
    for number in range(3):
        await wait_over(house)
        for free in range(ACCOUNT.free):
            await guess(house, who.email, f"203.0.113.{number * 50 + free}")
    blocked = await guess(house, who.email, "203.0.113.250")
    assert int(blocked.headers.get("retry-after", 0)) <= ACCOUNT.most


async def test_an_address_that_tries_many_accounts_is_stopped(house: House) -> None:
    guesses = range(ADDRESS.free + 2)
    codes = [(await guess(house, new_email(), "198.51.100.99")).status_code for _ in guesses]
    assert codes[: ADDRESS.free + 1] == [400] * (ADDRESS.free + 1)
    assert codes[-1] == 429


async def test_many_guesses_at_once_are_hardly_more_than_one_after_the_other(house: House) -> None:
    who = await person(house)
    answers = await asyncio.gather(*(guess(house, who.email, "198.51.100.55") for _ in range(30)))
    tried = [answer for answer in answers if answer.status_code == 400]
    assert len(tried) <= PAIR.free + 3  # two work at once in one process


async def test_no_transaction_of_an_organization_sees_accounts_or_counts(house: House) -> None:
    await signed_in(house, await person(house))
    seen: dict[str, Any] = {}
    async with house.app.db.first.tenant(house.tenant.id) as tx:
        for table in ("account", "account_token", "sign_in", "invitation", "account_change", "sign_in_guard"):
            seen[table] = await tx.conn.fetchval(f"SELECT count(*) FROM platform.{table}")
    assert seen == dict.fromkeys(seen, 0)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.app.db.first.tenant(house.tenant.id) as tx:
            await tx.conn.execute("SELECT * FROM platform_code.memberships_of(1)")


async def test_an_address_that_is_blocked_keeps_nobody_else_from_signing_in(house: House) -> None:
    who, owner = await person(house), await person(house)
    address = "198.51.100.81"
    await exhaust(house, who.email, address)
    async with house.app.db.first.system() as conn:
        await conn.execute(
            "UPDATE platform.sign_in_guard SET blocked_until = now() + interval '1 hour' WHERE blocked_until > now() - interval '5 seconds'"
        )
    crowd = [asyncio.create_task(guess(house, who.email, address)) for _ in range(120)]
    await asyncio.sleep(0)
    await signed_in(house, owner)
    assert {answer.status_code for answer in await asyncio.gather(*crowd)} == {429}
    await wait_over(house)


async def test_an_address_with_many_connections_takes_few_of_the_places(house: House) -> None:
    owner = await person(house)
    crowd = [asyncio.create_task(guess(house, new_email(), "198.51.100.61")) for _ in range(120)]
    await asyncio.sleep(0)
    await signed_in(house, owner)
    codes = [answer.status_code for answer in await asyncio.gather(*crowd)]
    assert set(codes) <= {400, 429, 503} and codes.count(400) <= ADDRESS.free + 3


async def test_addresses_of_one_network_are_one_address(house: House) -> None:
    async def codes(address: str) -> list[int]:
        guesses = (guess(house, new_email(), address.format(number)) for number in range(ADDRESS.free + 2))
        return [(await each).status_code for each in guesses]

    assert (await codes("2001:db8:1:1::{:x}"))[-1] == 429
    assert (await guess(house, new_email(), "2001:db8:1:2::1")).status_code == 400


async def test_the_address_of_a_mapped_connection_is_that_of_the_plain_one(house: House) -> None:
    who = await person(house)
    await exhaust(house, who.email, "198.51.100.70")
    assert (await guess(house, who.email, "::ffff:198.51.100.70")).status_code == 429


async def test_a_known_address_waits_a_minute_at_most(house: House) -> None:
    who = await signed_in(house, await person(house))
    assert max(await waits(house, who.email, PAIR.free + 10, who.address)) == KNOWN_MOST


async def test_a_proxy_that_is_believed_locks_out_who_guesses_and_nobody_beside(dsn: str) -> None:
    async with open_house(dsn, sync_workers=0, trusted_proxies="127.0.0.1") as behind:
        who = await person(behind)

        async def ask(client: str, password: str) -> int:
            form = {"grant_type": "password", "username": who.email, "password": password}
            headers = {"X-Forwarded-For": f"203.0.113.200, {client}"}
            answer = await post_token(behind, "/crm/Token", address="127.0.0.1", data=form, headers=headers)
            return answer.status_code

        for _ in range(PAIR.free + 1):
            assert await ask("198.51.100.90", "wrong " * 4) == 400
        assert await ask("198.51.100.90", who.password) == 429
        assert await ask("198.51.100.91", who.password) == 200
