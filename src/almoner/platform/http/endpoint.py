"""A handler with everything it asks for filled in: a request goes in, a reply comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import NoneType
from typing import Any, get_args, get_origin

import msgspec

from almoner.kernel.clock import Clock
from almoner.kernel.errors import FieldError, Invalid, refused_by
from almoner.platform.database import Database, Snapshot, Tx
from almoner.platform.http.auth import Check
from almoner.platform.http.binding import Needs, Services, may_be_left_out, needs_of
from almoner.platform.http.bodies import names_in
from almoner.platform.http.idempotency import idempotency_key, run_once
from almoner.platform.http.judging import LOOK_LOCK_SECONDS, Bench, together
from almoner.platform.http.leniency import Unread, nothing_known, paths_told
from almoner.platform.http.originals import Original
from almoner.platform.http.pages import PageParameters, PageQuery
from almoner.platform.http.parameters import Parameter, QueryReader, read_value, record_id
from almoner.platform.http.requests import Request
from almoner.platform.http.responses import Reply, WithHeaders, reply_with
from almoner.platform.http.route import Route
from almoner.platform.organizations.rules import Caller
from almoner.platform.wire import Body, said

LONG_PAGE = 100
"""Records on a page that is read at once with everything else; the reader of a longer one waits for a turn (`lists_max`)."""

_ASKS_NOTHING = ("", "false")
"""Values with which a parameter that is not served asks for nothing that is missing."""

ShowError = Callable[[Request, Exception], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What all routes of one app have in common."""

    product: str
    """The name of the API; empty for pages."""
    db: Database
    services: Services
    pages: PageParameters
    check: Check
    show_error: ShowError
    delete_status: int
    body_bytes_max: int
    clock: Clock
    keys_kept: timedelta
    """How long an `Idempotency-Key` is kept at least."""


class Endpoint:
    """One operation, ready to answer. Raises `ValueError` when its handler asks for what cannot be had.

    The order is fixed: who calls, path, query and body with all their errors, and only then a transaction. That
    one is committed after the handler returned and before the reply is made, and rolled back when the handler raises.
    Who is refused for a field is told all that is broken (see `judging`).
    """

    def __init__(self, route: Route, edge: Edge, original: Original | None = None) -> None:
        self.route = route
        self.original = original
        self.needs: Needs = needs_of(route, edge.services)
        self._edge = edge
        self.status = edge.delete_status if route.method == "DELETE" else 200
        self._fixed = dict(self.needs.services)
        self._ids = tuple(route.path_kinds[parameter.name] == "int" for parameter in self.needs.path)
        self._reader = QueryReader(self.needs.query) if self.needs.query else None
        snapshot = self.needs.name_of(Snapshot)
        self._tx = snapshot or self.needs.name_of(Tx)
        self._caller = self.needs.name_of(Caller)
        self._request = self.needs.name_of(Request)
        self._page = self.needs.name_of(PageQuery)
        if self._page is not None and "id" not in route.sorts:
            raise ValueError(f"{route}: a list says in `sorts` by which names it sorts, `id` among them")
        self._sized = [
            name for name in (self._page, *self.needs.groups, self.needs.body and self.needs.body[0]) if name
        ]
        self.query = self.needs.query + (edge.pages.told(route.sorts) if self._page is not None else ())
        """The parameters of the query, those of a list among them."""
        self._known = {parameter.wire.lower() for parameter in self.query}
        self._unserved = {
            name.lower()
            for name in (original.parameters if original else ())
            if name.lower() not in self._known
        }
        self._told = paths_told(self.view) if route.method == "PUT" else frozenset()
        self._transaction = partial(edge.db.requested, snapshot=snapshot is not None)
        try:
            body = self.needs.body and self.needs.body[0]
            self._bench = Bench(route.judge, route.handler, self._fixed.keys() | self.needs.shared, body)
        except ValueError as error:
            raise ValueError(f"{route}: {error}") from None

    @property
    def path(self) -> tuple[Parameter, ...]:
        """The parameters of the path, in order."""
        return self.needs.path

    @property
    def body(self) -> Any:
        """The shape of the body, if it takes one: a Body, or a list of them."""
        return None if self.needs.body is None else self.needs.body[1]

    @property
    def view(self) -> Any:
        """The shape of what is sent; None when nothing is, or when the handler makes the whole reply itself."""
        result = self.needs.result
        if get_origin(result) is WithHeaders:
            return get_args(result)[0]
        return None if result in (None, NoneType, Reply, bytes) else result

    async def __call__(self, request: Request) -> Reply:
        """The answer to `request`, whose `path_values` are in the order of the route's parameters."""
        refusal = await self._edge.check(request, self.route)
        if refusal is not None:
            return refusal
        errors: list[FieldError] = []
        arguments = self._fixed | self._written(request, errors)
        if self._request is not None:
            arguments[self._request] = request
        if self._caller is not None:
            arguments[self._caller] = request.caller
        await self._take_body(request, arguments, errors)
        if errors:
            if self.route.honours_key:
                errors += refused_by(idempotency_key, request)
            of_what = "parameters" if self.needs.body is None else "fields"
            refused = Invalid(f"One or more {of_what} are invalid.", fields=tuple(errors))
            raise await self._whole(request, arguments, refused, [error.field for error in errors])
        try:
            return reply_with(await self._result(request, arguments), self.status)
        except Invalid as refused:
            raise await self._whole(request, arguments, refused) from None

    async def _whole(
        self, request: Request, arguments: dict[str, Any], refused: Invalid, unread: Sequence[str] = ()
    ) -> Invalid:
        """`refused` with everything else that is broken in the request; of fields that are `unread` nothing more is known."""
        if type(refused) is not Invalid or not refused.fields or not self._bench.is_seated:
            return refused
        opened = partial(
            self._edge.db.requested,
            request.caller.organization_id,
            snapshot=True,
            lock_seconds=LOOK_LOCK_SECONDS,
        )
        also = await self._bench.also_broken(opened, arguments)
        return Invalid(refused.message, fields=together(refused.fields, also, unread))

    async def _take_body(self, request: Request, arguments: dict[str, Any], errors: list[FieldError]) -> None:
        """Read the body, if there is to be one, into the argument that is named after it."""
        if self.needs.body is None:
            if self.route.method != "GET":
                raw = await request.body()  # nothing is done for a request that may yet turn out to be none
                request.ignored.fields += names_in(raw)
            return
        name, shape = self.needs.body
        if may_be_left_out(shape) and (await request.body()).strip() in (b"", b'""'):
            arguments[name] = shape()
            return
        try:
            arguments[name] = body = await request.json(shape, self._told)
        except Unread as unread:
            arguments[name] = unread.remains
            errors += unread.fields
            return
        if self.route.method == "PATCH" and request.ignored.fields:
            _refuse_unknown(body, shape, request.ignored.fields)

    async def _result(self, request: Request, arguments: dict[str, Any]) -> Any:
        if self._tx is None and not self.route.once:
            return await self.route.handler(**arguments)
        async with self._opened(request, arguments) as tx:
            return await self._in_transaction(tx, request, arguments)

    async def _in_transaction(self, tx: Tx, request: Request, arguments: dict[str, Any]) -> Any:
        if self._tx is not None:
            arguments[self._tx] = tx
        if not self.route.once:
            return await self.route.handler(**arguments)
        # The path as declared: the same create in another case is the same request.
        path = self.route.template.format_map(_by_wire_name(self.needs.path, request))
        create = partial(self.route.handler, **arguments)
        kept_since = self._edge.clock.now() - self._edge.keys_kept
        return await run_once(tx, request, path, create, self.needs.result, kept_since=kept_since)

    def _opened(self, request: Request, arguments: Mapping[str, Any]) -> AbstractAsyncContextManager[Tx]:
        """The transaction: for a long page one that waits for its turn, else one in the caller's name."""
        caller = request.caller
        is_long = any((getattr(arguments[name], "take", None) or 0) > LONG_PAGE for name in self._sized)
        if is_long:
            return self._edge.db.listing(caller.organization_id)
        return self._transaction(caller.organization_id, actor=caller.name)

    def _written(self, request: Request, errors: list[FieldError]) -> dict[str, Any]:
        """What the caller wrote into path and query, by the names of the handler's parameters."""
        values: dict[str, Any] = {}
        for parameter, is_id, text in zip(self.needs.path, self._ids, request.path_values, strict=True):
            values[parameter.name] = record_id(text) if is_id else read_value(parameter, text, errors)
        query = request.query
        if query and self._known and request.scope["query_string"].count(b"&") >= len(query):
            errors += self._contradicted(request)
        if unknown := query.keys() - self._known:
            self._judge_unknown(request, unknown, errors)
        if self._reader is not None:
            values |= self._reader.read(query, errors)
            for name, (gather, names) in self.needs.groups.items():
                values[name] = gather(**{each: values.pop(each) for each in names})
        if self._page is not None:
            values[self._page] = self._edge.pages.read(
                query, errors, request.ignored.parameters, self.route.sorts
            )
        return values

    def _contradicted(self, request: Request) -> list[FieldError]:
        """What is wrong with parameters that are there several times: which value is meant nobody knows. Pages take the last."""
        twice = request.contradicted(self._known) if self._edge.product else ()
        text = "This parameter is written twice with different values."
        return [FieldError(one.wire, "INCONSISTENT", text) for one in self.query if one.wire.lower() in twice]

    def _judge_unknown(self, request: Request, unknown: Iterable[str], errors: list[FieldError]) -> None:
        """Refuse parameters of the imitated product that would change the answer; remember those that nobody has."""
        for name, value in request.written(unknown):
            if name.lower() not in self._unserved:
                request.ignored.parameters.append(name)
            elif value.strip().lower() not in _ASKS_NOTHING:
                known = ", ".join(parameter.wire for parameter in self.query) or "none"
                text = f"This parameter is not served yet. Leave it out; what is understood here: {known}."
                errors.append(FieldError(name, "UNSUPPORTED", text))


def _refuse_unknown(body: Any, shape: Any, ignored: Sequence[str]) -> None:
    """Refuse a change, or elements of a list of changes, that name unknown fields alone: nothing would be done."""
    if isinstance(body, Body):
        if not _says_something(body):
            raise nothing_known(ignored, shape)
    elif isinstance(body, list):
        silent = {
            f"[{n}]" for n, each in enumerate(body) if isinstance(each, Body) and not _asks_something(each)
        }
        if unknown := [path for path in ignored if path.partition(".")[0] in silent]:
            raise nothing_known(unknown, type(body[0]))


def _says_something(body: Body) -> bool:
    """Whether a change names a field that there is; what stands for one that was left out says nothing."""
    left_out = {field.name: field.default for field in msgspec.structs.fields(type(body))}
    return any(value != left_out[name] for name, value in said(body).items())


def _asks_something(element: Body) -> bool:
    """As `_says_something`, of an element of a list, whose required fields say which record it is about."""
    optional = {
        each.name: each.default for each in msgspec.structs.fields(type(element)) if not each.required
    }
    return any(name in optional and value != optional[name] for name, value in said(element).items())


def _by_wire_name(path: tuple[Parameter, ...], request: Request) -> dict[str, str]:
    return {parameter.wire: text for parameter, text in zip(path, request.path_values, strict=True)}
