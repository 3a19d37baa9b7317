"""The socket that the web server listens on."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

import psutil

from almoner.platform.settings import Settings

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never bound
"""Hosts that stand for all addresses of the machine, and where such a server is reached from here."""


class CannotListen(OSError):
    """The host or the port of the settings is not to be had; says who has it, and which settings to change."""

    def __init__(self, settings: Settings, cause: OSError) -> None:
        where = f"Cannot listen on {settings.host} port {settings.port}"
        cure = "set another ALMONER_PORT (--port) or ALMONER_HOST (--host)."
        if cause.errno == errno.EADDRINUSE:
            super().__init__(
                f"{where}: the port is taken{_holder(settings.port)}. Stop what uses it, or {cure}"
            )
        else:
            super().__init__(f"{where}: {cause.strerror or cause}. To mend it, {cure}")


def listening(settings: Settings) -> socket.socket:
    """A socket bound to the host and port of the settings. Raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only then: it would cost 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise CannotListen(settings, error) from error
    return listener


def address_of(settings: Settings, port: int | None = None) -> str:
    """Where people reach this server: `public_url`, or the address it listens on, seen from this machine."""
    return settings.public_url.rstrip("/") or local_address_of(settings, port)


def local_address_of(settings: Settings, port: int | None = None) -> str:
    """The address the server listens on, seen from this machine; `port` when it is not the one of the settings."""
    host = EVERYWHERE.get(settings.host, settings.host)
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}:{settings.port if port is None else port}"


def _holder(port: int) -> str:
    """Who listens on `port`, as far as the system tells us: ` by process 42 (python3), on 0.0.0.0`; else nothing."""
    with suppress(psutil.Error, OSError):
        for one in psutil.net_connections(kind="tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port:
                by = "" if one.pid is None else f" by process {one.pid} ({psutil.Process(one.pid).name()})"
                return f"{by}, on {one.laddr.ip}"
    return ""
