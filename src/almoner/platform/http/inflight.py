"""The requests that are being answered: at a stop, those that would not end in time are answered all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from almoner.kernel.errors import Unavailable
from almoner.platform.pace import Load

READING = ("GET", "HEAD", "OPTIONS")

STOPPED = "The server is stopping. Try again shortly."
UNCONFIRMED = (
    "The server is stopping, and what became of this request could not be confirmed."
    " Send it again shortly, with the same Idempotency-Key where there was one: what was done then is not done twice."
)


class InFlight:
    """The tasks of the requests that are being answered; who sent them is being served meanwhile."""

    def __init__(self, load: Load | None = None) -> None:
        self._load = load or Load()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.is_cut = False

    @contextmanager
    def counted(self) -> Iterator[None]:
        """The request of this task is one of them while the block runs."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with self._load.serving():
                yield
        finally:
            self._tasks.discard(task)

    def cut(self) -> None:
        """End what each of them waits for: all are answered at once, in the words of `cut_off`."""
        self.is_cut = True
        for task in self._tasks:
            task.cancel()

    def cut_off(self, method: str) -> Unavailable:
        """What to tell a request that was cut off; it lives on to be answered."""
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        return Unavailable(STOPPED if method in READING else UNCONFIRMED)
