"""Tasks that end with the life of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


def begin(work: Coroutine[Any, Any, Any], alive: set[asyncio.Task[Any]]) -> asyncio.Task[Any]:
    """Run something that is among those `alive` until it ends. How it ends is no failure by itself: who waited for it may have gone away."""
    task = asyncio.create_task(work)
    alive.add(task)
    task.add_done_callback(alive.discard)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return task
