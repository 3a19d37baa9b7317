"""Work that is looked for again and again, beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from almoner.platform.logger import Logger, error_facts

_log = Logger(__name__)


async def keep_looking(look: Callable[[], Awaitable[int | None]], seconds: float, failed: str) -> None:
    """Call `look` until cancelled: again at once while it answers that there was something to do, else after `seconds`.

    What fails is logged as `failed` and tried again: a worker that ended would leave its work undone for good.
    """
    while True:
        done: int | None = 0
        try:
            done = await look()
        except Exception as error:  # noqa: BLE001 - see above
            _log.warning(failed, **error_facts(error))
        if not done:
            await asyncio.sleep(seconds)
