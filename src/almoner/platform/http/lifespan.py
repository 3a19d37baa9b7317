"""The ASGI lifespan protocol around two hooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

Hook = Callable[[], Awaitable[None]]

_LOG = structlog.get_logger("almoner.http")


async def run_lifespan(receive: Any, send: Any, startup: Hook | None, shutdown: Hook | None) -> None:
    """Run `startup` when the server begins and `shutdown` when it ends, and tell the server how each went."""
    for phase, hook in (("startup", startup), ("shutdown", shutdown)):
        await receive()
        try:
            if hook is not None:
                await hook()
        except Exception as error:  # noqa: BLE001 - whatever failed, the server has to be told
            _LOG.exception("lifespan failed", phase=phase)
            await send({"type": f"lifespan.{phase}.failed", "message": str(error)})
            return
        await send({"type": f"lifespan.{phase}.complete"})
