"""Tributes over HTTP: whom they are to, and how they are found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.crm.accepted import problem, taken
from tests.support.house import House

pytestmark = pytest.mark.anyio


async def tribute(house: House, **fields: Any) -> Any:
    return await house.tenant.crm.post("/crm/api/Tribute", {"tributeType": "InMemoryOf", **fields})


async def individual(house: House) -> int:
    """The id of a person."""
    contact_id, _ = await taken(house)
    contact = await house.tenant.crm.get(f"/crm/api/Contact/{contact_id}")
    return int(contact["contactIndividuals"][0]["id"])


async def test_a_tribute_is_made_and_replaced(house: House) -> None:
    person = await individual(house)
    made = await tribute(
        house, lastName=" Example ", city="Springfield", defaultAcknowledgeeIndividualId=person
    )
    assert (made["tributeType"], made["lastName"]) == ("In Memory Of", "Example")
    assert made["defaultAcknowledgeeIndividualUrl"].endswith(f"/api/ContactIndividual/{person}")
    path = f"/crm/api/Tribute/{made['id']}"
    assert await house.tenant.crm.put(path, made) == made
    replaced = await house.tenant.crm.put(path, {"tributeType": "in honor of", "firstName": "Bo"})
    assert (replaced["tributeType"], replaced["lastName"], replaced["city"]) == ("In Honor Of", None, None)
    assert (await house.tenant.crm.call("PUT", "/crm/api/Tribute/987654", json=made)).status_code == 404


async def test_a_tribute_to_a_known_person_has_the_persons_name(house: House) -> None:
    made = await tribute(house, contactIndividualId=await individual(house))
    assert (made["firstName"], made["lastName"]) == ("Ada", "Example")


async def test_all_that_is_broken_is_named(house: House) -> None:
    body = {"tributeType": "InSpiteOf", "defaultAcknowledgeeIndividualId": 987654}
    _, code, fields = await problem(house.tenant, "POST", "Tribute", json=body)
    assert code == "VALIDATION_FAILED"
    assert fields == ["tributeType", "lastName", "defaultAcknowledgeeIndividualId"]


async def test_tributes_are_found_by_words_city_state_and_type(house: House) -> None:
    ada = await tribute(house, firstName="Ada", lastName="Example", city="Springfield", state="IL")
    bo = await tribute(house, firstName="Bo", lastName="Example", tributeType="InHonorOf", state="MA")

    async def found(**asked: Any) -> list[int]:
        answer = await house.tenant.crm.get("/crm/api/Tribute/Search", **asked)
        assert isinstance(answer, list)
        return [one["id"] for one in answer]

    assert await found() == [ada["id"], bo["id"]]
    assert await found(search="example ADA") == [ada["id"]]
    assert await found(city="spring") == await found(state="il") == [ada["id"]]
    assert await found(tributeType="InHonorOf") == await found(tributeType="In Honor Of") == [bo["id"]]
    assert await found(take=1, skip=1) == [bo["id"]]
    assert (await house.tenant.crm.call("GET", "/crm/api/Tribute/Search?tributeType=x")).status_code in (
        400,
        422,
    )
