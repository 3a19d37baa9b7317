"""From a path as callers write it to the operation that answers: any case, doubled and trailing slashes.

A tree of path segments holds the bound handlers at its leaves. A literal segment wins over a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from almoner.kernel.errors import NotFound
from almoner.platform.http.asgi import ASGIApp, Receive, Scope, Send
from almoner.platform.http.endpoint import Edge, Endpoint
from almoner.platform.http.metering import Meter
from almoner.platform.http.originals import Original
from almoner.platform.http.problems import MethodNotAllowed
from almoner.platform.http.requests import Request, requested_path
from almoner.platform.http.responses import Reply

_NOTHING = "There is no operation at this address."
_VERSION = re.compile(r"v\d{1,3}", re.ASCII)


@dataclass(slots=True)
class Place:
    """One place in the tree of paths: what lies below it, and what answers here, by method."""

    below: dict[str, Place] = field(default_factory=dict)
    """By the lower-case spelling of the next segment."""
    any_below: Place | None = None
    """Where a parameter is the next segment."""
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    unserved: dict[str, Original] = field(default_factory=dict)
    """What the imitated product answers here, and we do not yet."""
    template: str = ""

    def answers(self, method: str) -> bool:
        """Whether something is known of `method` here."""
        return method in self.endpoints or method in self.unserved

    @property
    def allowed(self) -> list[str]:
        """The methods that are answered here, in order."""
        head = {"HEAD"} if "GET" in self.endpoints else set()
        return sorted({"OPTIONS", *head, *self.endpoints})


class Found(NamedTuple):
    """The place of a path, and the values of its parameters in order, decoded."""

    place: Place
    values: tuple[str, ...]


class Router:
    """The tree of all operations of one app, and of those that are not served yet. `ValueError` when two answer to the same."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        unserved: Iterable[Original] = (),
        elsewhere: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        """`elsewhere` tells who looks for an operation that there is not, by method and path, where to go."""
        self._root = Place()
        self._elsewhere = {(method, path.lower()): text for (method, path), text in (elsewhere or {}).items()}
        self._whole: dict[str, Found] = {}
        for original in unserved:
            place = self._place(original.path)
            place.unserved[original.method] = original
            place.template = original.path
        for endpoint in endpoints:
            self._add(endpoint)

    def find(self, scope: Scope) -> Found:
        """Where the path of `scope` leads; `NotFound` when nothing answers there.

        A place that answers the method is looked for first, so that the name of another operation, where a parameter
        may stand as well, hides nothing.
        """
        path: str = scope["path"]
        known = self._whole.get(path.lower())
        if known is not None and b"%" not in (scope.get("raw_path") or b""):
            return known
        if "\x00" in path:
            raise NotFound("There is no record with this id.")
        first, method = None, _read_as(scope["method"])
        for found in _places(self._root, _segments(scope), ()):
            if found.place.answers(method):
                return found
            first = first or found
        if first is None or not first.place.endpoints:
            segments = _segments(scope)
            cure = self._elsewhere.get((method, f"/{'/'.join(segments)}".lower()))
            cure = cure or self._in_another_version(method, segments)
            raise NotFound(_NOTHING if cure is None else f"{_NOTHING} {cure}")
        return first

    def _in_another_version(self, method: str, segments: list[str]) -> str | None:
        """Where the same path answers `method` with a version behind its first word, another or none; None where it does not."""
        if not segments:
            return None
        first, *rest = segments
        if rest and _VERSION.fullmatch(rest[0].lower()):
            rest = rest[1:]
        below = self._root.below.get(first.lower(), Place()).below
        versions = [[], *([name] for name in sorted(below) if _VERSION.fullmatch(name))]
        for version in versions:
            for place, _ in _places(self._root, [first, *version, *rest], ()):
                if (endpoint := place.endpoints.get(method)) is not None:
                    return f"There is {method} {endpoint.route.template}."
        return None

    def _add(self, endpoint: Endpoint) -> None:
        route = endpoint.route
        place = self._place(route.template)
        if route.method in place.endpoints:
            raise ValueError(f"{route} answers to the same as {place.endpoints[route.method].route}")
        place.template = place.template if place.endpoints else route.template
        place.endpoints[route.method] = endpoint
        if not route.path_kinds:
            self._whole[route.template.lower()] = Found(place, ())

    def _place(self, template: str) -> Place:
        """The place of a path, made if it is not there yet."""
        place = self._root
        for segment in template.strip("/").split("/"):
            if segment.startswith("{"):
                if place.any_below is None:
                    place.any_below = Place()
                place = place.any_below
            elif segment:
                place = place.below.setdefault(segment.lower(), Place())
        return place


def _places(place: Place, segments: list[str], values: tuple[str, ...]) -> Iterator[Found]:
    """Every place that a path may mean, those with more of its words taken literally first."""
    if not segments:
        if place.endpoints or place.unserved:
            yield Found(place, values)
        return
    segment, *rest = segments
    if (below := place.below.get(segment.lower())) is not None:
        yield from _places(below, rest, values)
    if place.any_below is not None:
        yield from _places(place.any_below, rest, (*values, segment))


def _read_as(method: str) -> str:
    """HEAD is answered by what answers GET."""
    return "GET" if method == "HEAD" else method


def _segments(scope: Scope) -> list[str]:
    """The segments of the path. A slash written `%2F` belongs to a name, so they are decoded after the split."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return [segment for segment in path.split("/") if segment]
    segments = [unquote(part) for part in raw.partition(b"?")[0].decode("latin-1").split("/") if part]
    is_below_prefix = path != requested_path(scope)
    return segments[1:] if is_below_prefix else segments


def routed_app(
    endpoints: Iterable[Endpoint],
    edge: Edge,
    unserved: Iterable[Original] = (),
    meter: Meter | None = None,
    elsewhere: Mapping[tuple[str, str], str] | None = None,
) -> ASGIApp:
    """`endpoints` as an ASGI app; `ValueError` when two answer to the same. A call of one `unserved` is told so, and one of what there is
    not where to go, if `elsewhere` says it by method and path.

    Writes the template of the route into the scope, as `path_template`, for whoever counts requests.
    """
    router = Router(endpoints, unserved, elsewhere)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, edge.body_bytes_max)
        try:
            reply = await _answered(router, request, edge.product)
        except Exception as error:  # noqa: BLE001 - the dialect tells the known and hides the unexpected
            reply = edge.show_error(request, error)
        reply.tell_ignored(request.ignored)
        if meter is not None:
            reply.raw_headers += await meter.tell(request)
        await reply(scope, receive, send)

    return app


async def _answered(router: Router, request: Request, product: str) -> Reply:
    place, request.path_values = router.find(request.scope)
    method = _read_as(request.method)
    endpoint = place.endpoints.get(method)
    if endpoint is not None:
        request.scope["path_template"] = endpoint.route.template
        return await endpoint(request)
    if (original := place.unserved.get(method)) is not None:
        request.scope["path_template"] = original.path
        raise original.refusal(product)
    if method == "OPTIONS":
        request.scope["path_template"] = place.template
        return Reply(204, b"", headers=[("Allow", ", ".join(place.allowed))])
    raise MethodNotAllowed(place.allowed)
