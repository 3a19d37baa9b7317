"""The socket that the web server listens on."""

from __future__ import annotations

import socket

from almoner.platform.settings import Settings


class CannotListen(OSError):
    """The host or the port of the settings is not to be had; says which settings to change."""

    def __init__(self, settings: Settings, cause: OSError) -> None:
        reason = cause.strerror or str(cause)
        super().__init__(
            f"Cannot listen on {settings.host} port {settings.port}: {reason}. Stop what uses it, or set another"
            " ALMONER_PORT (--port) or ALMONER_HOST (--host)."
        )


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
