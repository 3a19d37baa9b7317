"""Gifts by the thousand: one that is wrong keeps no other out, and spellings of a system are one in a call as one after the other."""

from __future__ import annotations

from typing import Any

import pytest

from almoner.crm.gifts.enter import Entered, enter_each
from almoner.crm.gifts.requests import GiftBody
from almoner.platform.http import decode_body
from almoner.platform.wire import encode_json
from tests.api.crm.contacts import sample as contacts
from tests.support.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def giver(house: House) -> int:
    return int((await contacts.make(house.tenant, "ada"))["id"])


def _gift(giver: int, part: Any = 5, code: str = "GENERAL", **more: Any) -> dict[str, Any]:
    parts = [{"projectCode": code, "amount": part}]
    return {"contactId": giver, "amount": 5, "giftDate": "2024-12-07", "giftDesignations": parts, **more}


async def _each(house: House, *bodies: dict[str, Any]) -> list[Entered]:
    read = [decode_body(encode_json(body), GiftBody) for body in bodies]
    async with house.app.db.tenant(house.tenant.id) as tx:
        return await enter_each(tx, read, house.app.clock.now(), parts_max=10)


KEY = {"transactionSource": "S", "transactionId": "1"}


@pytest.mark.parametrize("wrong", [{"part": 4}, {"code": "NOTHING"}])
async def test_one_that_is_wrong_keeps_no_other_of_its_key_out(
    house: House, giver: int, wrong: dict[str, Any]
) -> None:
    answers = await _each(house, _gift(giver, **wrong, **KEY), _gift(giver, **KEY), _gift(giver, **KEY))
    assert [answer.did for answer in answers] == ["refused", "made", "refused"]
    (told,) = answers[2].errors
    assert (told.field, told.code) == ("transactionId", "TAKEN")
    assert told.message == "The gift at 1 has this transaction source and id too."


async def test_an_error_is_named_alike_whoever_finds_it(house: House, giver: int) -> None:
    answers = await _each(house, _gift(giver), _gift(giver, part=4), _gift(giver, code="NOTHING"))
    fields = [[error.field for error in answer.errors] for answer in answers]
    assert fields == [[], ["giftDesignations"], ["giftDesignations[0].projectCode"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Shop", "SHOP"),
        ("ΟΔΟΣ", "οδοσ"),
        ("ΟΔΟΣ", "οδος"),
        ("İstanbul", "i̇stanbul"),
        ("Straße", "STRASSE"),
        ("Shop", "Shop "),
        ("É", "é"),
        ("K\u212a", "kk"),
    ],
)
async def test_two_spellings_are_one_in_a_call_as_one_after_the_other(
    house: House, giver: int, one: str, other: str
) -> None:
    first, second = (_gift(giver, transactionSource=name, transactionId="a") for name in (one, other))
    in_turn = [(await _each(house, gift))[0].did for gift in (first, second)]
    later = [{**gift, "transactionId": "b"} for gift in (first, second)]
    together = [answer.did for answer in await _each(house, *later)]
    assert together == (["made", "refused"] if in_turn == ["made", "same"] else ["made", "made"])
