"""One kept-alive HTTP connection that asks one question at a time and times the answer."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

REST_SECONDS_MAX = 3.0
ANSWER_SECONDS_MAX = 180.0


class Line:
    """A connection to a server on this machine, with the headers that say who asks."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._conn = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS_MAX)
        self._headers = headers
        self._used_at = 0.0

    def timed(self, path: str) -> float:
        """Milliseconds until the whole answer was read; connecting, where it is needed, is not counted."""
        self._wake()
        started = time.perf_counter()
        self._exchange("GET", path, None, {})
        return (time.perf_counter() - started) * 1e3

    def get(self, path: str) -> Any:
        """The JSON document at `path`."""
        return json.loads(self._exchange("GET", path, None, {})[1])

    def post(self, path: str, document: dict[str, Any]) -> Any:
        """Send a JSON document; answers the one that comes back."""
        kind = {"Content-Type": "application/json"}
        return json.loads(self._exchange("POST", path, json.dumps(document), kind)[1])

    def form(self, path: str, fields: dict[str, str]) -> str:
        """Send a form; answers the cookie that is set."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        response, _ = self._exchange("POST", path, urlencode(fields), kind)
        return (response.headers["set-cookie"] or "").partition(";")[0]

    def close(self) -> None:
        """Hang up."""
        self._conn.close()

    def _wake(self) -> None:
        """The server closes what rests for five seconds: connect anew before that can be met."""
        if time.perf_counter() - self._used_at > REST_SECONDS_MAX:
            self._conn.close()
            self._conn.connect()

    def _exchange(
        self, method: str, path: str, content: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        self._conn.request(method, path, content, self._headers | headers)
        response = self._conn.getresponse()
        answer = response.read()
        self._used_at = time.perf_counter()
        if response.status not in (200, 201, 303):
            raise RuntimeError(f"{method} {path} was answered with {response.status}: {answer[:200]!r}")
        return response, answer


def bearer(token: str) -> dict[str, str]:
    """The header that a token goes in."""
    return {"Authorization": f"Bearer {token}"}
