"""How many connections the operating system allows this process."""

from __future__ import annotations

import resource
from contextlib import suppress

OTHERS = 128
"""Descriptors for all that is not a connection of a client: files, sockets to databases, what libraries open."""


def connections_allowed(wanted: int, others: int = OTHERS) -> int:
    """`wanted` connections, or as many as fit beside `others` descriptors once the soft limit is raised as far as needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + others
    if soft != resource.RLIM_INFINITY and soft < need:
        raised = need if hard == resource.RLIM_INFINITY else min(need, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else max(min(wanted, soft - others), 1)
