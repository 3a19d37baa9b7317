"""The demo as a caller of both products: real HTTP, one client for each token."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import msgspec

from almoner.kernel.errors import AlmonerError

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


class UnexpectedAnswer(AlmonerError):
    """The demo's own server answered what it must not; the text has the address and the status."""


class Api:
    """One product as one organization's caller sees it: JSON in, JSON out, amounts exact."""

    def __init__(self, url: str, product: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._client = httpx.AsyncClient(
            base_url=f"{url}/{product}", headers=headers, timeout=30, trust_env=False
        )

    async def send(self, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
        """The answer as it is. Raises `UnexpectedAnswer` when there is none."""
        content = None if body is None else _encode(body)
        try:
            return await self._client.request(method, path, content=content, params=params)
        except httpx.HTTPError as error:
            raise UnexpectedAnswer(f"{method} {path} got no answer ({type(error).__name__}).") from error

    async def call(self, method: str, path: str, body: object = None, **params: str) -> Any:
        """The body of an answer that must be good. Raises `UnexpectedAnswer`."""
        answer = await self.send(method, path, body, **params)
        if not answer.is_success:
            raise UnexpectedAnswer(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return _decode(answer.content)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
