"""What a misspelt code or name may mean: the one answer for gifts, queries, lookups by code and commands."""

from __future__ import annotations

from typing import Literal, TypeAlias

from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)

What: TypeAlias = Literal["project code", "accounting code", "project name", "segment code", "campaign name"]


async def nearest_ones(tx: Tx, what: What, text: str) -> str:
    """Those that `text` is like, as a question to put behind the sentence that refuses it; empty when there is none."""
    found: str = await _queries.nearest(tx, what=what, text=text)
    return found


def near_in_queries(what: What) -> str:
    """The same as an expression on the `word` of a query's parameter."""
    return f"crm_code.nearest($1, '{what}', word)"
