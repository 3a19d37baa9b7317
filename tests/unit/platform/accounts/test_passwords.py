"""Which passwords may be, and that hashes are told apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest

from almoner.kernel.errors import Invalid, Unavailable
from almoner.platform.accounts import passwords
from almoner.platform.accounts.passwords import Passwords, checked_password

EMAIL = "pat@example.org"
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "password", ["correct horse battery", "päßwörter sind lang", "123456789abc", "x y z " * 4]
)
def test_long_passwords_of_any_signs_are_taken(password: str) -> None:
    assert checked_password(password, EMAIL) == password


@pytest.mark.parametrize(
    "password", ["", "short", "elevenchars", "a" * 40, "ababababababab", EMAIL, EMAIL.upper(), "x1y2" * 51]
)
def test_what_is_short_long_or_guessed_at_once_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_password(password, EMAIL)
    assert [each.field for each in refused.value.fields] == ["password"]


async def test_one_password_in_several_spellings_of_unicode_is_one() -> None:
    desk = Passwords()
    kept = await desk.hash("un été à la mer", EMAIL)
    async with desk.turn("somewhere"):
        assert await desk.matches(kept, ["un e\u0301te\u0301 a\u0300 la mer"])
        assert await desk.matches(kept, ["wrong", "un été à la mer"])
        assert not await desk.matches(kept, ["un ete a la mer"])


async def test_nobody_s_password_is_none_and_a_broken_hash_is_none() -> None:
    desk = Passwords()
    async with desk.turn("somewhere"):
        assert not await desk.matches(None, ["nobody has this password"])
        assert not await desk.matches("", ["", "nobody has this password"])
        assert not await desk.matches("$argon2id$broken", ["x"])


async def test_whoever_comes_when_too_many_wait_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "WAITING_MAX", 2 + passwords.RESERVED)
    desk = Passwords()
    held = asyncio.Event()

    async def hold() -> None:
        async with desk.turn("somewhere"):
            await held.wait()

    waiting: list[Awaitable[None]] = [asyncio.create_task(hold()) for _ in range(passwords.AT_ONCE + 2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hold()
    held.set()
    await asyncio.gather(*waiting)
    async with desk.turn("somewhere"):
        pass


@asynccontextmanager
async def crowded(desk: Passwords, sharers: list[str]) -> AsyncIterator[None]:
    """Somebody of each of `sharers` waits, while the turns are taken."""
    held = asyncio.Event()

    async def hold(sharer: str) -> None:
        async with desk.turn(sharer):
            await held.wait()

    async with asyncio.TaskGroup() as group:
        for sharer in ["first", "second", *sharers]:
            group.create_task(hold(sharer))
        await asyncio.sleep(0)
        yield
        held.set()


async def test_one_address_takes_few_of_the_places_and_leaves_the_others() -> None:
    desk = Passwords()
    async with crowded(desk, ["one"] * passwords.SHARE_MAX):
        with pytest.raises(Unavailable):
            await take(desk, "one")
        other = asyncio.create_task(take(desk, "another"))
        await asyncio.sleep(0)
        assert not other.done()
    await other


async def test_however_many_strangers_wait_who_is_known_finds_a_place() -> None:
    desk = Passwords()
    strangers = [f"address {number}" for number in range(passwords.WAITING_MAX - passwords.RESERVED)]
    async with crowded(desk, strangers):
        with pytest.raises(Unavailable):
            await take(desk, "a stranger more")
        known = asyncio.create_task(take(desk, "pat", is_known=True))
        await asyncio.sleep(0)
        assert not known.done()
    await known


async def take(desk: Passwords, sharer: str, *, is_known: bool = False) -> None:
    """Take a turn and give it back."""
    async with desk.turn(sharer, is_known=is_known):
        pass
