"""A server that neither answers nor refuses: all its processes are stopped where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def frozen(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """These processes, frozen for the length of the block; some may end in it."""
    try:
        for process in processes:
            with suppress(psutil.NoSuchProcess):  # workers of a server end at any time
                process.suspend()
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()
