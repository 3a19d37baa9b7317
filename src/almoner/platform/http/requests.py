"""A request as handlers and hooks see it: body under a limit, query, headers, cookies and forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, unquote_plus

from almoner.kernel.errors import AlmonerError, BadRequest, TooLarge
from almoner.platform.http.asgi import Receive, Scope
from almoner.platform.http.bodies import decode_body
from almoner.platform.http.responses import Ignored
from almoner.platform.organizations.rules import Caller
from almoner.platform.rate_limits.service import Standing

T = TypeVar("T")

_MULTIPART = b"multipart/"
_FORM = b"application/x-www-form-urlencoded"
_FORM_FIELDS_MAX = 100


class UnsupportedMedia(AlmonerError):
    """The body is a form where JSON is wanted."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    title = "The request body must be JSON."


class Request:
    """One HTTP request. `caller` is there once the hook before the handler has found one."""

    __slots__ = (
        "_body",
        "_body_bytes_max",
        "_receive",
        "caller",
        "ignored",
        "is_counted",
        "path_values",
        "scope",
        "standing",
    )

    caller: Caller
    path_values: Sequence[str]
    """The values of the path's parameters, decoded, in order."""

    def __init__(self, scope: Scope, receive: Receive, body_bytes_max: int) -> None:
        self.scope = scope
        self._receive = receive
        self._body_bytes_max = body_bytes_max
        self._body: bytes | None = None
        self.ignored = Ignored()
        self.is_counted = False
        """Whether the limit of requests was asked."""
        self.standing: Standing | None = None
        """What it answered, where it did."""

    @property
    def method(self) -> str:
        """The method as it came; HEAD is answered by the handler of GET."""
        return cast("str", self.scope["method"])

    @property
    def path(self) -> str:
        """The path as the caller wrote it, with the product's prefix."""
        return requested_path(self.scope)

    @property
    def query(self) -> dict[str, str]:
        """The query parameters by lower-case name; of several alike the last. `BadRequest` when one holds U+0000."""
        raw = self.scope["query_string"]
        return query_values(raw) if raw else {}

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser sent along."""
        pairs = (pair.partition("=") for pair in (self.header("cookie") or "").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def client_address(self) -> str:
        """The address at the other end of the connection: behind a proxy, the proxy's."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    def contradicted(self, names: Iterable[str]) -> set[str]:
        """Those of the lower-case `names` that the query has several times, with different values."""
        wanted, found = set(names), dict[str, str]()
        text = self.scope["query_string"].decode("utf-8", "replace")
        twice: set[str] = set()
        for name, _, value in (pair.partition("=") for pair in text.split("&") if pair):
            key = unquote_plus(name).lower()
            if key in wanted and found.setdefault(key, unquote_plus(value)) != unquote_plus(value):
                twice.add(key)
        return twice

    def written(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Parameters of the query and their values as the caller wrote them, of their lower-case `names`."""
        wanted = set(names)
        pairs = self.scope["query_string"].decode("utf-8", "replace").split("&")
        parted = (pair.partition("=") for pair in pairs)
        spelt = ((unquote_plus(name), unquote_plus(value)) for name, _, value in parted)
        return [(name, value) for name, value in spelt if name.lower() in wanted]

    def header(self, name: str) -> str | None:
        """The first header called `name` (lower case)."""
        found = header(self.scope, name.encode("ascii"))
        return None if found is None else found.decode("latin-1")

    async def body(self) -> bytes:
        """The whole body; `TooLarge` beyond the limit."""
        if self._body is None:
            length = header(self.scope, b"content-length")
            if length is not None and length.isdigit() and int(length) > self._body_bytes_max:
                raise self._too_large()
            self._body = await self._received()
        return self._body

    async def json(self, shape: Callable[..., T], told: frozenset[str] = frozenset()) -> T:
        """The body as an instance of `shape`; errors and what was `told` as `decode_body`, forms are `UnsupportedMedia`."""
        media_type = (header(self.scope, b"content-type") or b"").strip().lower()
        raw = b"" if media_type.startswith(_MULTIPART) else await self.body()
        # Command line clients call any body a form unless told otherwise; JSON shows by its first character.
        if media_type.startswith((_MULTIPART, _FORM)) and not raw.lstrip().startswith((b"{", b"[")):
            raise UnsupportedMedia("The request body must be JSON, not a form.")
        return decode_body(raw, shape, self.ignored.fields, told)

    async def form(self) -> dict[str, str]:
        """The fields of a form, of several alike the last; none when the body is no URL-encoded form."""
        media_type = (header(self.scope, b"content-type") or b"").strip().lower()
        if not media_type.startswith(_FORM):
            return {}
        text = (await self.body()).decode("utf-8", "replace")
        try:
            fields = parse_qsl(text, keep_blank_values=True, max_num_fields=_FORM_FIELDS_MAX)
        except ValueError as error:
            raise BadRequest("The form has too many fields.") from error
        return {
            name: value.replace("\0", "\ufffd") for name, value in fields
        }  # no text of the database has U+0000

    async def _received(self) -> bytes:
        chunks, size = [], 0
        while True:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise BadRequest("The request ended before its body did.")
            chunk: bytes = event.get("body", b"")
            size += len(chunk)
            if size > self._body_bytes_max:
                raise self._too_large()
            chunks.append(chunk)
            if not event.get("more_body", False):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The request body must not be larger than {self._body_bytes_max} bytes.")


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header called `name` (lower case), undecoded."""
    for key, value in scope["headers"]:
        if key == name:
            return cast("bytes", value)
    return None


def requested_path(scope: Any) -> str:
    """The path as the caller wrote it, with the product's prefix."""
    return str(scope.get("almoner.path") or scope["path"])


def query_values(raw: bytes) -> dict[str, str]:
    """The values of a query string by lower-case name; `BadRequest` when it holds U+0000, which nothing can store."""
    if b"%00" in raw or b"\x00" in raw:
        raise BadRequest("The query string must not contain the character U+0000.")
    text = raw.decode("utf-8", "replace")
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    if "%" in text or "+" in text:
        return {unquote_plus(name).lower(): unquote_plus(value) for name, _, value in pairs}
    return {name.lower(): value for name, _, value in pairs}
