"""The queries of giving that are measured, search as one types among them, each with the statement that a person would write for the same page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from almoner.giving.donors.service import query_donors, search_donors
from almoner.giving.donors.words import by_name
from almoner.giving.gifts.service import list_gifts, query_gifts
from almoner.kernel.paging import Page, Paging
from almoner.platform.database import Tx
from almoner.platform.query import Found, SelectingBody, Window
from bench.typical import Kind, Typical

TEN = ("Id", "Date", "Project(s)", "Amount", "Tender Type Info", "Donor Id", "Donor First Name", "Donor Email", "Billing Address State",
       "Status")  # fmt: skip
"""Columns that an importer selects."""
_WORDS = "giving.donor_words(d.organization_id, d.first_name, d.middle_name, d.last_name, d.organization_name, d.email, d.phone, d.state, d.postal)"


async def _searched(tx: Tx, body: SelectingBody, _window: Window, _now: datetime) -> Found[Any]:
    return _found(await search_donors(tx, body.filter or "", Paging(0, 25, by_name("donor"))))


async def _listed(tx: Tx, _body: SelectingBody, _window: Window, _now: datetime) -> Found[Any]:
    return _found(await list_gifts(tx, Paging(0, 25, "id")))


def _found(page: Page[Any]) -> Found[Any]:
    return Found(page, None, None)


_GIFT_PAGE = (
    "SELECT g.*, d.first_name, d.email, d.state, (SELECT array_agg(p.name) FROM giving.project p WHERE p.organization_id = $1"
    " AND p.id = ANY (g.project_ids)) FROM {{table}} JOIN giving.donor d ON d.organization_id = $1 AND d.id = g.donor_id"
    " WHERE g.organization_id = $1 AND {{where}} ORDER BY {{order}} LIMIT {most}"
)
_DONOR_PAGE = (
    "SELECT d.* FROM {{table}} WHERE d.organization_id = $1 AND {{where}} ORDER BY {{order}} LIMIT {most}"
)
GIVING_KINDS: Mapping[str, Kind] = {
    "Raise gift": Kind(
        partial(query_gifts, public_url="http://crm.example"),
        "g",
        "giving.gift g",
        _GIFT_PAGE.format(most=10),
    ),
    "Raise gift list": Kind(_listed, "g", "giving.gift g", _GIFT_PAGE.format(most=25)),
    "donor": Kind(
        partial(query_donors, public_url="http://crm.example"),
        "d",
        "giving.donor d",
        _DONOR_PAGE.format(most=10),
    ),
    "donor search": Kind(_searched, "d", "giving_code.queried_donor d", _DONOR_PAGE.format(most=25)),
}


def _typed(text: str, asked: str, *, is_selective: bool = True) -> Typical:
    """A search for what is typed, beside the same index asked by hand for the words of it, as `{org}:maria`."""
    lexemes = asked.replace("{org}", "' || $1::bigint || '")
    where = f"{_WORDS} @@ ('{lexemes}')::tsquery"
    order = "lower(coalesce(d.organization_name, d.last_name, d.first_name)), d.id"
    return Typical(f"'{text}'", "donor search", [], where, "", order, is_selective, filter=text)


OF_GIVING = [
    Typical("25 of all", "Raise gift list", [], "true"),
    Typical(
        "of three days, ten columns",
        "Raise gift",
        [
            ("Create Date", "GreaterThanOrEqual", "2024-05-05"),
            ("Create Date", "LessThan", "2024-05-08"),
            ("Status", "IsAnyOf", ["Approved"]),
        ],
        "g.received_at >= '2024-05-05' AND g.received_at < '2024-05-08' AND g.status = 1",
        "Create Date",
        "g.received_at DESC, g.id DESC",
        columns=TEN,
    ),
    Typical(
        "of two years, ten columns",
        "Raise gift",
        [("Create Date", "GreaterThanOrEqual", "2024-01-01"), ("Status", "IsAnyOf", ["Approved"])],
        "g.received_at >= '2024-01-01' AND g.status = 1",
        "Create Date",
        "g.received_at DESC, g.id DESC",
        is_selective=False,
        columns=TEN,
    ),
    Typical("all, ten columns", "Raise gift", [], "true", is_selective=False, columns=TEN),
    Typical(
        "by the processor's id",
        "Raise gift",
        [("Transaction Id", "Is", "ch_bench777")],
        "g.transaction_id = 'ch_bench777'",
    ),
    Typical(
        "of a donor by e-mail",
        "Raise gift",
        [("Donor Email", "Is", "henry.alman1@mail1.example")],
        "g.donor_id IN (SELECT id FROM giving.donor WHERE organization_id = $1 AND email = 'henry.alman1@mail1.example')",
    ),
    Typical(
        "of an amount",
        "Raise gift",
        [("Amount", "GreaterThan", "504.90")],
        "g.amount_minor > 50490",
        is_selective=False,
    ),
    Typical(
        "by e-mail",
        "donor",
        [("Email", "Is", "henry.alman1@mail1.example")],
        "d.email = 'henry.alman1@mail1.example'",
    ),
    Typical("of a state", "donor", [("State", "Is", "Ohio")], "d.state = 'Ohio'", is_selective=False),
    Typical(
        "changed since a day",
        "donor",
        [("Modified Date", "OnOrAfter", "2022-01-03")],
        "d.modified_at >= '2022-01-03'",
        "Modified Date",
        "d.modified_at DESC, d.id DESC",
        is_selective=False,
    ),
    Typical(
        "who gave more in all",
        "donor",
        [("Lifetime Giving", "GreaterThan", "2400")],
        "d.id IN (SELECT donor_id FROM giving.gift WHERE organization_id = $1 AND NOT is_test_mode AND currency = 'USD'"
        " GROUP BY donor_id HAVING sum(amount_minor) > 240000)",
        is_selective=False,
    ),
    Typical(
        "whose last gift is new",
        "donor",
        [("Last Gift Date", "OnOrAfter", "2025-12-01")],
        "d.id IN (SELECT donor_id FROM giving.gift WHERE organization_id = $1 AND NOT is_test_mode GROUP BY donor_id"
        " HAVING max(gift_on) >= '2025-12-01')",
        is_selective=False,
    ),
    _typed("m", "''{org}:m'':*", is_selective=False),
    _typed("ma", "''{org}:ma'':*", is_selective=False),
    _typed("maria", "''{org}:maria'':*", is_selective=False),
    _typed("mar gol", "''{org}:mar'':* & ''{org}:gol'':*"),
    _typed("555 0007919", "''{org}:5550007919'':*"),
    _typed("henry.alman1", "''{org}:henry.alman1'':*"),
]
"""Of a search the first thousand found are told."""
