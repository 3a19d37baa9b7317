"""`Idempotency-Key`: the same request twice does its work once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.platform.http.http_toy import FakeConnection, Toy

GIFT = {"amount": "5.50", "name": "Ann"}


@pytest.fixture
def toy() -> Toy:
    return Toy()


def _post(toy: Toy, key: str, body: dict[str, Any], product: str = "raise") -> Any:
    return toy.ask("POST", f"/{product}/api/Gift", json=body, headers={"Idempotency-Key": key})


def test_without_the_header_each_request_creates(toy: Toy) -> None:
    ids = [toy.ask("POST", "/raise/api/Gift", json=GIFT).json()["id"] for _ in range(2)]
    assert ids == [1, 2]


def test_the_same_request_gets_the_stored_answer(toy: Toy) -> None:
    first, second = _post(toy, "k-1", GIFT), _post(toy, "k-1", GIFT)
    assert first.text == second.text == '{"id":1,"amount":5.50,"note":null}'
    assert toy.counter.value == 1


def test_another_request_under_the_key_conflicts(toy: Toy) -> None:
    _post(toy, "k-1", GIFT)
    answer = _post(toy, "k-1", GIFT | {"amount": 6})
    assert answer.status_code == 409
    assert answer.json()["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert toy.counter.value == 1


def test_products_do_not_share_keys(toy: Toy) -> None:
    assert _post(toy, "k-1", GIFT).json()["id"] == 1
    assert _post(toy, "k-1", GIFT, product="crm").json()["id"] == 2


def test_a_failed_create_leaves_the_key_free(toy: Toy) -> None:
    assert _post(toy, "k-1", GIFT | {"name": "fail"}).status_code == 404
    assert _post(toy, "k-1", GIFT).status_code == 200


def test_the_claim_is_stored_by_organization_product_and_key(toy: Toy) -> None:
    _post(toy, "k-1", GIFT)
    ((place, (fingerprint, answer)),) = toy.db.rows.items()
    assert place == (7, "raise", "k-1")
    assert len(fingerprint) == 32
    assert Decimal("5.50") == Decimal(answer.split('"amount":')[1].split(",")[0])


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "tab\tbed"])
def test_a_malformed_key_names_the_header(toy: Toy, key: str) -> None:
    answer = _post(toy, key, GIFT)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"Idempotency-Key"}
    assert toy.counter.value == 0


def test_a_key_of_255_characters_is_fine(toy: Toy) -> None:
    assert _post(toy, "x" * 255, GIFT).status_code == 200


def test_a_key_that_another_request_takes_along_between_two_looks_is_new(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _post(toy, "k-1", GIFT)

    async def forgotten(self: FakeConnection, _sql: str, *_place: Any) -> None:
        self.rows.clear()

    monkeypatch.setattr(FakeConnection, "fetchrow", forgotten)
    assert _post(toy, "k-1", GIFT).json()["id"] == 2
