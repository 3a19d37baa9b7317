"""A refund goes once, never of more than was given, and whatever is lost on the way is found again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from almoner.giving.payments.errors import RefundRefused
from almoner.giving.payments.rules import Refund, RefundRequest
from almoner.giving.reversals.errors import RefundUnconfirmed
from almoner.kernel.errors import Conflict, Invalid
from tests.integration.giving.reversals.world import Returns
from tests.support.till import Till

pytestmark = pytest.mark.anyio

SPLIT: Any = [{"code": "GENERAL", "amount": 7}, {"code": "WELLS", "amount": 3}]


async def wells(returns: Returns) -> None:
    """Giving has a second project."""
    await returns.house.tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})


async def test_a_gift_goes_back_whole_and_then_nothing_is_left(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    back = (await returns.refund(gift.id, reason="Given twice")).gift
    assert (back.status, back.status_text, back.can_refund, back.reversed_amount) == (
        2,
        "Refunded",
        False,
        Decimal(10),
    )
    (told,) = await returns.reversals(gift.id)
    assert (told["reason"], told["requestedBy"], told["state"]) == ("Given twice", "Ann", "done")
    with pytest.raises(Invalid, match="not valid") as refused:
        await returns.refund(gift.id)
    assert refused.value.fields[0].message == "Nothing is left of the gift to refund."
    assert returns.till.back_of(gift.transaction_id) == 1000
    await returns.exact()


async def test_a_part_goes_back_of_the_projects_that_are_named_or_of_all_in_proportion(
    returns: Returns,
) -> None:
    await wells(returns)
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id, projects=[{"code": "wells", "amount": 1}])
    await returns.refund(gift.id, amount=4.5)
    named, shared = await returns.reversals(gift.id)
    assert [part["amount"] for part in named["projects"]] == ["$1.00"]
    assert [part["amount"] for part in shared["projects"]] == ["$3.50", "$1.00"]
    assert await returns.standing(gift.id) == ("PartiallyRefunded", 5.5, True, ["refund done"] * 2)
    with pytest.raises(Invalid) as refused:
        await returns.refund(gift.id, projects=[{"code": "WELLS", "amount": 1.01}])
    (field,) = refused.value.fields
    assert (field.field, "$1.00" in field.message) == ("projects[0].amount", True)
    await returns.refund(gift.id, projects=[{"code": "WELLS"}])
    assert (await returns.refund(gift.id)).gift.status_text == "Refunded"
    await returns.exact()


async def test_a_repeat_under_the_same_key_refunds_nothing_more(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    first = await returns.refund(gift.id, "one", amount=2)
    again = await returns.refund(gift.id, "one", amount=2)
    assert (first.is_replay, again.is_replay, again.gift.reversed_amount) == (False, True, Decimal(2))
    with pytest.raises(Conflict) as reused:
        await returns.refund(gift.id, "one", amount=3)
    assert reused.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert returns.till.back_of(gift.transaction_id) == 200


class Mute(Till):
    """Says nothing of a refund, which it made or not."""

    def __init__(self, till: Till, *, gives_back: bool) -> None:
        self.__dict__ = till.__dict__
        self.gives_back = gives_back

    async def refund(self, request: RefundRequest) -> Refund:
        if self.gives_back:
            self.give_back(request)
        raise TimeoutError("no answer")


async def test_a_refund_that_nobody_answers_for_is_found_and_its_amount_is_reserved_meanwhile(
    returns: Returns,
) -> None:
    gift = (await returns.give(None)).gift
    with pytest.raises(RefundUnconfirmed):
        await returns.refund(gift.id, "one", returns.new_refund_desk(Mute(returns.till, gives_back=True)))
    assert await returns.standing(gift.id) == ("Approved", 0, False, ["refund asked"])
    with pytest.raises(Invalid):
        await returns.refund(gift.id, amount=1)
    await returns.exact()
    await returns.sweep_refunds()
    assert await returns.standing(gift.id) == ("Refunded", 10, False, ["refund done"])
    assert (await returns.refund(gift.id, "one")).is_replay
    assert len(returns.till.returned) == 1
    await returns.exact()


async def test_who_sent_no_key_is_told_to_look_before_asking_for_another_refund(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    mute = returns.new_refund_desk(Mute(returns.till, gives_back=False))
    with pytest.raises(
        RefundUnconfirmed, match=rf"without an Idempotency-Key.* /api/Gift/{gift.id}/reversals"
    ):
        await returns.refund(gift.id, None, mute, amount=4)


async def test_a_refund_that_never_went_is_given_up_and_can_be_asked_for_again(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    with pytest.raises(RefundUnconfirmed):
        await returns.refund(gift.id, "one", returns.new_refund_desk(Mute(returns.till, gives_back=False)))
    with pytest.raises(RefundUnconfirmed):
        await returns.refund(gift.id, "one")
    for _ in range(3):
        assert (await returns.standing(gift.id))[3] == ["refund asked"]
        await returns.sweep_refunds()
    assert await returns.standing(gift.id) == ("Approved", 0, True, ["refund failed"])
    assert not (await returns.refund(gift.id, "one")).is_replay
    assert await returns.standing(gift.id) == ("Refunded", 10, False, ["refund failed", "refund done"])
    await returns.exact()


async def test_a_gateway_that_is_away_does_not_say_that_it_knows_nothing(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    with pytest.raises(RefundUnconfirmed):
        await returns.refund(gift.id, "one", returns.new_refund_desk(Mute(returns.till, gives_back=True)))

    class Away(Mute):
        async def find_refunds(self, key: str, payment_id: str) -> Sequence[Refund]:
            raise ConnectionError("no answer")

    kind, returns.refunds = returns.refunds, returns.new_refund_desk(Away(returns.till, gives_back=False))
    for _ in range(4):
        await returns.sweep_refunds()
    assert (await returns.standing(gift.id))[3] == ["refund asked"]
    returns.refunds = kind
    await returns.sweep_refunds()
    assert await returns.standing(gift.id) == ("Refunded", 10, False, ["refund done"])


async def test_a_repeat_finds_what_the_gateway_made_and_did_not_tell(returns: Returns) -> None:
    gift = (await returns.give(None)).gift
    with pytest.raises(RefundUnconfirmed):
        await returns.refund(gift.id, "one", returns.new_refund_desk(Mute(returns.till, gives_back=True)))
    again = await returns.refund(gift.id, "one")
    assert (again.is_replay, again.gift.status_text, len(returns.till.returned)) == (True, "Refunded", 1)


async def test_a_refund_that_the_processor_refuses_leaves_the_gift_as_it_was(returns: Returns) -> None:
    gift = (await returns.give(None)).gift

    class Closed(Mute):
        async def refund(self, request: RefundRequest) -> Refund:
            raise RefundRefused("The card was closed.")

    with pytest.raises(RefundRefused, match="closed"):
        await returns.refund(gift.id, "one", returns.new_refund_desk(Closed(returns.till, gives_back=False)))
    assert await returns.standing(gift.id) == ("Approved", 0, True, ["refund failed"])
    assert (await returns.reversals(gift.id))[0]["detail"] == "The card was closed."
    await returns.exact()


async def test_the_database_refuses_more_than_was_given_whoever_writes_it(returns: Returns) -> None:
    await wells(returns)
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id, projects=[{"code": "WELLS", "amount": 2}])
    general, second = (part.project_id for part in gift.projects)
    insert = """
    INSERT INTO giving.reversal (organization_id, gift_id, kind, state, amount_minor, project_ids, project_minor, gateway, transaction_id,
        on_day, created_at, modified_at)
    SELECT $1, $2, 'dispute', 'open', sum(m), $3, $4, 'Till', 'x', current_date, now(), now() FROM unnest($4::bigint[]) AS m
    """
    for ids, parts in (
        ([second], [101]),
        ([general], [701]),
        ([general, second], [700, 101]),
        ([987654], [1]),
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="gift_reversed_within_gift"):
            async with returns.house.app.db.tenant(returns.house.tenant.id) as tx:
                await tx.conn.execute(insert, returns.house.tenant.id, gift.id, ids, parts)
    assert (await returns.gift(gift.id))["reversedAmount"] == 2


async def test_a_correction_keeps_what_went_back_with_its_project_or_says_why_it_cannot(
    returns: Returns,
) -> None:
    await wells(returns)
    gift = (await returns.give(None, projects=SPLIT)).gift
    await returns.refund(gift.id, projects=[{"code": "WELLS", "amount": 2}])
    patch = returns.house.tenant.raise_.call
    path = f"/raise/api/Gift/{gift.id}"
    fine = await patch(
        "PATCH",
        path,
        json={"amount": 9, "projects": [{"code": "WELLS", "amount": 2}, {"code": "GENERAL", "amount": 7}]},
    )
    assert (fine.status_code, fine.json()["reversedAmount"]) == (200, 2)
    await returns.exact()
    for body, field in (
        ({"amount": 1, "projects": [{"code": "WELLS"}]}, "amount"),
        ({"projects": [{"code": "WELLS", "amount": 1}, {"code": "GENERAL", "amount": 8}]}, "projects"),
        ({"projects": [{"code": "GENERAL"}]}, "projects"),
    ):
        refused = await patch("PATCH", path, json=body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field]), refused.text
    whole = await patch("PATCH", path, json={"amount": 2, "projects": [{"code": "WELLS"}]})
    assert (whole.json()["statusText"], whole.json()["canRefund"]) == ("Refunded", False)
    await returns.exact()
