"""What an error says of the database: that it is away, has no room, or that others were in the way. Nothing of it is the caller's fault."""

from __future__ import annotations

import asyncpg

AWAY = (
    ConnectionError,
    TimeoutError,
    asyncpg.InterfaceError,  # a connection that was lost in use
    asyncpg.InternalClientError,  # the server ended a connection in the middle of an answer
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidAuthorizationSpecificationError,  # our password is no longer the right one
)
"""How a server that is away shows itself on a connection that was open, or in waiting for one."""

CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
"""How others show themselves who are at work on the same rows: who comes again finds them gone."""

FULL = ("53100", "58030")
"""SQLSTATEs of a disk that is full, and of one that fails."""


def is_away(error: Exception) -> bool:
    """Whether the server is away. An argument that asyncpg cannot send is an `InterfaceError` too, but a mistake of ours."""
    return isinstance(error, AWAY) and not isinstance(error, ValueError)


def lacks_means(error: Exception) -> bool:
    """Whether the server has no room, memory or connections left (SQLSTATE class 53), its system fails (58), or it only reads now (25006)."""
    return (getattr(error, "sqlstate", None) or "").startswith(("53", "58", "25006"))


def passes(error: Exception) -> bool:
    """Whether it is the database's trouble, which passes, and no mistake of ours."""
    return is_away(error) or lacks_means(error) or isinstance(error, CONFLICTS)
