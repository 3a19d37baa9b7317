"""Let premiums and a tribute go with gifts; tell what receipts may name.

What is given out moves the stock of premiums by itself, and comes back by itself with a gift that is deleted or wholly taken back
(triggers on the tables): whoever changes gifts needs to know nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from almoner.crm.gift_extras.requests import PREMIUMS_MAX
from almoner.crm.gift_extras.rules import checked, is_empty, premiums_of
from almoner.crm.gifts.requests import GiftFieldsBody
from almoner.kernel.deductible import DeductibleParts, deductible
from almoner.kernel.errors import FieldError
from almoner.platform.database import Tx, load_queries
from almoner.platform.records import unknown
from almoner.platform.wire import encode_json

_queries = load_queries(__file__)

EXTRAS = (
    "giftPremiums",
    "tribute",
    "tributeId",
    "tributeType",
    "tributeDescription",
    "acknowledgeeIndividualId",
)
"""What a gift tells of what goes with it, by the names of the wire."""


async def broken_in_extras(
    tx: Tx, bodies: Mapping[str, GiftFieldsBody], gift_id: int | None = None
) -> list[FieldError]:
    """Everything that keeps premiums and tributes from going with gifts, each named by where its body stands (`[3].`, or nothing).

    Of a gift that is there already (`gift_id`), premiums that it has may stay though they are given out no more. Null stands for what could
    not be read. Without any of them nothing is asked.
    """
    errors: list[FieldError] = []
    for at, body in bodies.items():
        checked(body, at, errors, PREMIUMS_MAX)
    tributes = {f"{at}tributeId": body.tribute_id for at, body in bodies.items()}
    people = {f"{at}acknowledgeeId": body.acknowledgee_id for at, body in bodies.items()}
    people |= {
        f"{at}acknowledgeeIndividualId": body.acknowledgee_individual_id for at, body in bodies.items()
    }
    errors += await unknown(tx, "crm.tribute", tributes)
    errors += await unknown(tx, "crm.contact_individual", people)
    named = dict(_named_premiums(bodies))
    if not named:
        return errors
    rows = await _queries.known_premiums(tx, ids=list(set(named.values())))
    known = {row["id"]: row for row in rows}
    has = (
        set()
        if gift_id is None
        else {row["premium_id"] for row in await _queries.premiums_of(tx, gift_id=gift_id)}
    )
    for field, premium_id in named.items():
        if premium_id not in known:
            errors.append(FieldError(field, "UNKNOWN", f"There is no premium {premium_id}."))
        elif not known[premium_id]["is_active"] and premium_id not in has:
            text = f"The premium {known[premium_id]['name']} is inactive and is given out no more."
            errors.append(FieldError(field, "INACTIVE", text))
    return errors


async def enter_extras(tx: Tx, bodies: Mapping[int, GiftFieldsBody]) -> None:
    """Let go with gifts, by their ids, what their bodies say, which `broken_in_extras` found nothing wrong with."""
    read = {gift_id: checked(body, "", [], PREMIUMS_MAX) for gift_id, body in bodies.items()}
    rows = [{"gift_id": gift_id, **extras} for gift_id, extras in read.items() if not is_empty(extras)]
    if not rows:
        return
    extras = encode_json(rows).decode()
    if any(row["has_tribute"] for row in rows):
        await _queries.enter_tributes(tx, extras=extras)
    if any(row["premiums"] for row in rows):
        await _queries.enter_premiums(tx, extras=extras)


async def hold_premiums(tx: Tx, gift_id: int, body: GiftFieldsBody) -> None:
    """Lock the premiums that a gift has and those that it is to have, by their ids, before anything moves their stock.

    What goes and what comes are written one after the other: without this two who swap them the other way round would wait for each other.
    """
    await _queries.hold_premiums(tx, gift_id=gift_id, ids=list(premiums_of(body.gift_premiums or ())))


async def replace_extras(tx: Tx, gift_id: int, body: GiftFieldsBody) -> None:
    """Let exactly that go with a gift that its body says: what it does not name goes, and is in stock again. `hold_premiums` was called."""
    extras = checked(body, "", [], PREMIUMS_MAX)
    await _queries.drop_premiums(tx, gift_id=gift_id, but=[one["premium_id"] for one in extras["premiums"]])
    if not extras["has_tribute"]:
        await _queries.drop_tribute(tx, gift_id=gift_id)
    await enter_extras(tx, {gift_id: body})
    await _queries.let_come_back(tx, gift_id=gift_id)


async def deductible_parts(tx: Tx, gift_ids: Sequence[int]) -> dict[int, DeductibleParts]:
    """How much of each of the gifts a receipt for taxes may name; unknown ids are left out.

    By the projects' flags as they are now. Each gift stands by itself: what was taken back of it is a gift of its own with negative parts, so
    a receipt over several adds them up. See `DeductibleParts`.
    """
    rows = await _queries.deductible_parts(tx, ids=list(gift_ids))
    return {
        row["gift_id"]: deductible(
            row["currency"],
            row["amount_minor"],
            row["deductible_minor"],
            row["worth_minor"],
            is_worth_known=row["is_worth_known"],
        )
        for row in rows
    }


def _named_premiums(bodies: Mapping[str, GiftFieldsBody]) -> Iterator[tuple[str, int]]:
    """Each premium that is named, by the field that does."""
    for at, body in bodies.items():
        for place, one in enumerate((body.gift_premiums or ())[:PREMIUMS_MAX]):
            unread: Any = one
            if unread is not None and unread.premium_id is not None:
                yield f"{at}giftPremiums[{place}].premiumId", unread.premium_id
