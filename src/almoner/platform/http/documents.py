"""What an API tells of itself, as JSON that is made once: its OpenAPI document, and which operations it serves."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable

from almoner.platform.http.hosts import Hosts
from almoner.platform.http.requests import Request
from almoner.platform.http.responses import JSON, Reply
from almoner.platform.http.route import Route, get
from almoner.platform.settings import Settings
from almoner.platform.wire import encode_json

SERVER = "https://server.invalid"
"""Stands in a document for the address that it is asked for at."""


def document(path: str, make: Callable[[], object], product: str, settings: Settings) -> Route:
    """An open address that tells what `make` makes, with `SERVER` in it as the address of the API, and an `ETag`."""
    hosts = Hosts(settings)
    made = b""

    async def text() -> bytes:
        """The document: made by the first who ask for it, in a thread, so that nobody else waits meanwhile."""
        nonlocal made
        made = made or await asyncio.to_thread(lambda: encode_json(make()))
        return made

    @get(path, None, documented=False)
    async def told(request: Request) -> Reply:
        """What this API has."""
        server = _server(request, product, hosts, settings)
        body = (await text()).replace(json.dumps(SERVER).encode(), json.dumps(server).encode())
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = [("ETag", tag), ("Cache-Control", "no-cache"), ("Vary", "Host")]
        if tag in (request.header("if-none-match") or ""):
            return Reply(304, b"", headers=headers)
        return Reply(200, body, JSON, headers)

    return told


def _server(request: Request, product: str, hosts: Hosts, settings: Settings) -> str:
    """Where the API is: under its own host name, else under the public address or the one that was asked."""
    host = request.header("host") or "localhost"
    asked = f"{request.scope.get('scheme', 'http')}://{host}"
    if hosts.product_of("/", host.encode("latin-1"))[0] == product:
        return asked
    return f"{(settings.public_url or asked).rstrip('/')}/{product}"
