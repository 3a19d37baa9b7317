"""Work that is looked for again and again, beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from almoner.platform.logger import Logger, error_facts
from almoner.platform.pace import Pace

_log = Logger(__name__)


def end_if_cancelled() -> None:
    """Raise `CancelledError` in a task that is being cancelled: what it waited for may have answered with an error of its own instead."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def keep_looking(
    look: Callable[[], Awaitable[int | None]], seconds: float, failed: str, pace: Pace | None = None
) -> None:
    """Call `look` until cancelled: again at once while it answers that there was something to do, else after `seconds`.

    Work that may wait has a `pace`: it rests after each look that found something, as long as that says.
    What fails is logged as `failed` and tried again: a worker that ended would leave its work undone for good. It ends when it is
    cancelled, also where a look made another error of that.
    """
    while True:
        done: int | None = 0
        try:
            done = await (look() if pace is None else pace.do(look))
        except Exception as error:  # noqa: BLE001 - see above
            end_if_cancelled()
            _log.warning(failed, **error_facts(error))
        end_if_cancelled()  # the look may have taken it for the trouble of one of many
        if not done:
            await asyncio.sleep(seconds)
