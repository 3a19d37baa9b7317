"""Days at the ends of the calendar, in every field of every body that takes one: nobody's empty date is kept, and none is a failure of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from tests.api.refusals import INVALID
from tests.api.walks.test_refusals import WITH_BODY, asked, broken, instead, named, resolved, schema_of
from tests.support.house import House
from tests.support.samples import Ask, Covered

pytestmark = pytest.mark.anyio

ENDS = ("9999-12-31", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", "0001-01-01")
DEPTH = 3


def days_of(
    document: dict[str, Any], schema: Mapping[str, Any], depth: int = DEPTH
) -> Iterator[tuple[str, ...]]:
    """Where the texts of a body stand that are days by their form or their name; an element of a list is the first."""
    shape = resolved(document, dict(schema))
    for option in shape.get("oneOf", shape.get("anyOf", ())):
        yield from days_of(document, option, depth)
    if "items" in shape and depth:
        yield from (("[]", *rest) for rest in days_of(document, shape["items"], depth - 1))
    for name, property_ in shape.get("properties", {}).items() if depth else ():
        options = property_.get("oneOf", property_.get("anyOf", [property_]))
        texts = [one for one in options if one.get("type") == "string"]
        if any(
            r"\d{4}" in one.get("pattern", "") or one.get("format") in ("date", "date-time") for one in texts
        ) or (texts and ("Date" in name or name == "date")):
            yield (name,)
        else:
            yield from ((name, *rest) for rest in days_of(document, property_, depth - 1))


def placed(path: tuple[str, ...], value: str, said: Any) -> Any:
    """A body with `value` at a path; what is missing on the way is made."""
    if not path:
        return value
    first, *rest = path
    if first == "[]":
        whole = said if isinstance(said, list) and said else [{}]
        return [placed(tuple(rest), value, whole[0]), *whole[1:]]
    of = said if isinstance(said, Mapping) else {}
    return {**of, first: placed(tuple(rest), value, of.get(first))}


@pytest.mark.parametrize("each", WITH_BODY, ids=named)
async def test_days_at_the_ends_are_refused_or_say_nothing(
    house: House, each: Covered, documents: dict[str, Any]
) -> None:
    ask = await asked(house, each)
    for path in days_of(documents[each.product], schema_of(each, documents)):
        for value in ENDS:
            body, _ = instead(ask, partial(placed, path, value))
            answer = await each.send(house.tenant, Ask(ask.path, ask.query, body))
            what = f"{'.'.join(path)} {value}: {answer.text}"
            assert answer.status_code < 500, what
            if answer.status_code == 200:
                assert not any(end in answer.text for end in ("9999-12-31", "0001-01-01", "infinity")), what
            elif value.startswith("9999") and answer.status_code != 409:
                assert answer.status_code in (400, INVALID[each.product]), what
                assert any(path[-1] in field for field in broken(each, answer)), what
