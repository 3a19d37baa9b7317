"""The request object: reads the body under a limit and decodes it our way instead of Litestar's."""

from __future__ import annotations

import sys
from typing import Any, cast

from litestar import Request
from litestar.types import Empty, HTTPScope

from almoner.kernel.errors import AlmonerError, BadRequest, TooLarge
from almoner.platform.http.bodies import decode_body

_MULTIPART = b"multipart/"
_FORM = b"application/x-www-form-urlencoded"


class UnsupportedMedia(AlmonerError):
    """The body is a form where JSON is wanted."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    title = "The request body must be JSON."


class EdgeRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded by `decode_body` to the type of the handler's `data` parameter."""

    async def body(self) -> bytes:
        """The whole body. `TooLarge` beyond the limit; `BadRequest` when empty though the handler needs one."""
        if self._connection_state.body is Empty:
            limit = self.route_handler.resolve_request_max_body_size() or sys.maxsize
            length = header(self.scope, b"content-length")
            if length is not None and length.isdigit() and int(length) > limit:
                raise _too_large(limit)
            raw = await self._received(limit)
            wanted = self.route_handler.parsed_data_field
            if not raw and wanted is not None and not (wanted.is_optional or wanted.has_default):
                raise BadRequest("The request body is empty.")
            self._connection_state.body = raw
        return self._connection_state.body

    async def json(self) -> Any:
        """The body as the type of the handler's `data`; errors as `decode_body`, forms are `UnsupportedMedia`."""
        media_type = (header(self.scope, b"content-type") or b"").strip().lower()
        raw = b"" if media_type.startswith(_MULTIPART) else await self.body()
        # Command line clients call any body a form unless told otherwise; JSON shows by its first character.
        if media_type.startswith((_MULTIPART, _FORM)) and not raw.lstrip().startswith((b"{", b"[")):
            raise UnsupportedMedia("The request body must be JSON, not a form.")
        wanted = self.route_handler.parsed_data_field
        return decode_body(raw, object if wanted is None else wanted.annotation)

    async def _received(self, limit: int) -> bytes:
        chunks, size = [], 0
        while True:
            event = await self.receive()
            if event["type"] == "http.disconnect":
                raise BadRequest("The request ended before its body did.")
            chunk: bytes = event.get("body", b"")  # type: ignore[assignment]
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            chunks.append(chunk)
            if not event.get("more_body", False):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def header(scope: HTTPScope | Any, name: bytes) -> bytes | None:
    """The first header called `name` (lower case), undecoded."""
    for key, value in scope["headers"]:
        if key == name:
            return cast("bytes", value)
    return None


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The request body must not be larger than {limit} bytes.")
