"""Everything that is broken in a request that is refused, in one answer: types, rules and references together.

A request whose types are right is refused by its handler, one whose types are not never reaches it. Either way the route's
judge is asked what else is wrong: a function beside the handler that reads, and writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from almoner.kernel.errors import AlmonerError, FieldError
from almoner.platform.database import Tx
from almoner.platform.database.trouble import is_trouble
from almoner.platform.http.declared import hints_of, parameters_of
from almoner.platform.logger import Logger, error_facts
from almoner.platform.wire import said

_LOG = Logger(__name__)

LOOK_SECONDS, LOOK_LOCK_SECONDS = 5.0, 0.5
"""How long a judge is waited for: who is refused in any case does not wait for a database that does not answer,
nor keep a connection of the organization's for a row that somebody holds."""

Judge: TypeAlias = Callable[..., Awaitable[Sequence[FieldError]]]
"""Takes some of what its handler takes, by the same names, but for the query's values; a `Tx` that reads; and a `Said`, what the body says.

The body may hold None, an empty list or an empty object wherever something could not be read: of that it says nothing or what is dropped.
"""

Said: TypeAlias = Mapping[str, Any]
"""By this type a judge asks for the fields of the body, as services take them; so a function of the service may be the judge."""


class Bench:
    """The judge of one route with what it asks for; it may be empty (`is_seated`)."""

    def __init__(
        self, judge: Judge | None, handler: Callable[..., Any], can_have: Iterable[str], body: str | None
    ) -> None:
        """`body` is the handler's parameter of it. `ValueError` when the judge asks for what its handler is not given, or for what may be what is
        broken: the query's values.
        """
        self._judge = judge
        self.is_seated = judge is not None
        self._tx: str | None = None
        self._said: str | None = None
        self._body = body
        self._names: list[str] = []
        if judge is None:
            return
        wanted, given = hints_of(judge), hints_of(handler)
        for name in parameters_of(judge):
            if wanted.get(name) is Tx:
                self._tx = name
            elif wanted.get(name) == Said and body is not None:
                self._said = name
            elif name in can_have and wanted.get(name) == given.get(name):
                self._names.append(name)
            else:
                raise ValueError(f"its judge asks for '{name}', which it cannot have")

    async def also_broken(
        self, opened: Callable[[], AbstractAsyncContextManager[Tx]], arguments: Mapping[str, Any]
    ) -> Sequence[FieldError]:
        """What the judge finds; nothing when it cannot look, for the caller is refused as it is."""
        if self._judge is None:
            return ()
        found = {name: arguments[name] for name in self._names}
        if self._said is not None and self._body is not None:
            found[self._said] = said(arguments[self._body])
        try:
            if self._tx is None:
                return await self._judge(**found)
            async with asyncio.timeout(LOOK_SECONDS), opened() as tx:
                return await self._judge(**found, **{self._tx: tx})
        except AlmonerError:
            return ()
        except Exception as error:
            if not is_trouble(error):
                raise
            _LOG.warning("database_trouble", **error_facts(error))
            return ()


def together(
    refused: Sequence[FieldError], also: Iterable[FieldError], unread: Iterable[str]
) -> tuple[FieldError, ...]:
    """`refused` and what is `also` broken: each field as it was refused first, and nothing of what lies in, or hangs on, a field that could
    not be read.
    """
    named = {error.field for error in refused}
    unread, found = tuple(unread), tuple(also)
    hanging = (error.field for error in found if any(_lies_in(field, unread) for field in error.hangs_on))
    blind = (*unread, *hanging)
    more = (error for error in found if error.field not in named and not _lies_in(error.field, blind))
    return (*refused, *more)


def _lies_in(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith((f"{place}.", f"{place}[")) for place in places)
