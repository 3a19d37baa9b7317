"""Open a file of rows: plain or compressed, a file or standard input, read as it comes."""

from __future__ import annotations

import gzip
import io
import signal
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from almoner.cli.csv_rows import GiftsFileError

STDIN = "-"
_GZIP = b"\x1f\x8b"
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input; `GiftsFileError` when it cannot be read."""
    if file == STDIN:
        stdin: Any = sys.stdin.buffer
        yield stdin if hasattr(stdin, "peek") else io.BufferedReader(stdin)
        return
    try:
        binary = Path(file).open("rb")  # noqa: SIM115 - closed below; its errors are told as those of the file
    except OSError as error:
        raise GiftsFileError(f"{file} cannot be read: {error.strerror}.") from None
    with binary:
        yield binary


def size_of(file: str) -> int | None:
    """How many bytes the file has, if that can be known."""
    return None if file == STDIN else Path(file).stat().st_size


@contextmanager
def as_text(binary: Any, encoding: str) -> Iterator[IO[str]]:
    """The file as text with its line ends untouched, a byte order mark skipped, and bytes that are none kept as what no text has."""
    with reading():
        stream: Any = gzip.GzipFile(fileobj=binary) if binary.peek(2)[:2] == _GZIP else binary
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    text = io.TextIOWrapper(stream, encoding=name, errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()  # who opened the file closes it


@contextmanager
def reading() -> Iterator[None]:
    """Let Ctrl-C end what waits for bytes of a file: within a loop it is only noted, and heeded when something is awaited.

    `GiftsFileError` when a compressed file is broken.
    """
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.default_int_handler) if is_main else None
    try:
        yield
    except _BROKEN:
        raise GiftsFileError("The compressed file is broken here, or ends too early.") from None
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)
