"""One step of a transaction that may fail alone, and what a failure says: the record's fault, somebody else's turn, or nobody's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from almoner.kernel.errors import Unavailable
from almoner.platform.database import Tx
from almoner.platform.database.trouble import CONFLICTS, is_away, lacks_means

UNMADE = ("3F000", "42501", "42703", "42704", "42883", "42P01")
"""SQLSTATEs of a schema, right, column, type, function or table that is missing."""
UNREACHABLE = (OSError, TimeoutError, Unavailable)
"""How a destination shows that it is away, or has no room for more just now."""


async def attempted(tx: Tx, step: Callable[[], Awaitable[None]]) -> Exception | None:
    """Carry out `step`, or undo it alone and answer with what went wrong; what is no record's fault is raised."""
    await tx.conn.execute("SAVEPOINT attempt")
    try:
        await step()
    except Exception as error:
        if is_nobodys_fault(error):
            raise
        await tx.conn.execute("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
        return error
    await tx.conn.execute("RELEASE SAVEPOINT attempt")
    return None


def is_nobodys_fault(error: Exception) -> bool:
    """Whether the database, and no record, is the trouble: then the worker waits, and holds it against none.

    It is away, has no room or a broken disk, or lacks code or rights (row-level security says the same of a row: that would be a
    fault of ours, not of the row).
    """
    is_system = isinstance(error, OSError) or is_away(error) or lacks_means(error)
    return is_system or getattr(error, "sqlstate", None) in UNMADE


def is_no_attempt(error: Exception) -> bool:
    """Whether `error` says nothing of a record: others were at work on it, or where it goes is away. Nothing is given up for it."""
    return isinstance(error, (*CONFLICTS, *UNREACHABLE)) or is_nobodys_fault(error)
