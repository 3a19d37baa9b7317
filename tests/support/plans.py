"""How many rows the database goes through: read from its plans, which no load of the machine changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from almoner.platform.database import Database, Tx
from tests.support.rows import as_owner

_EXPLAINED = """
    LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
    SET auto_explain.log_level = notice
"""


class Plans:
    """A transaction of the owner, and how each of its statements was done since the last `clear`."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._steps: list[Any] = []
        tx.conn.add_log_listener(self._hear)

    def _hear(self, _: Any, message: Any) -> None:
        _duration, found, plan = message.message.partition("plan:\n")
        if found:
            steps = list(_steps(json.loads(plan)["Plan"]))
            # What the driver asks about types is no concern of ours.
            if not any(step.get("Relation Name", "").startswith("pg_") for step in steps):
                self._steps += steps

    def clear(self) -> None:
        """Forget what was done so far."""
        self._steps.clear()

    async def busiest(self) -> tuple[int, str]:
        """The rows that the busiest step went through, with what it is."""
        await self.tx.conn.execute("SELECT 1")  # a plan is told once the next statement ends it
        await asyncio.sleep(0)  # and the driver tells it in the loop's next turn
        return max((_rows(step), _name(step)) for step in self._steps)


def _steps(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _steps(part)


def _rows(step: Any) -> int:
    each = step["Actual Rows"] + sum(step.get(f"Rows Removed by {by}", 0) for by in ("Filter", "Join Filter"))
    return int(each * step["Actual Loops"])


def _name(step: Any) -> str:
    told = ("Node Type", "Relation Name", "Index Name", "Index Cond", "Filter", "Join Filter")
    return ", ".join(str(step[one]) for one in told if one in step)


@asynccontextmanager
async def explained(db: Database, organization_id: int) -> AsyncIterator[Plans]:
    """A transaction that tells how its statements are done; nothing that it writes stays."""
    async with as_owner(db, organization_id) as tx:
        await tx.conn.execute("SAVEPOINT nothing_stays")
        await tx.conn.execute(_EXPLAINED)
        yield Plans(tx)
        await tx.conn.execute("ROLLBACK TO SAVEPOINT nothing_stays")
