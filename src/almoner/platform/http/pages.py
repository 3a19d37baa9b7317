"""The list parameters of both products, so that a list route declares them in one word: `page: PageQuery`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar.params import QueryParameter

from almoner.kernel.errors import Invalid
from almoner.kernel.paging import Paging, paging
from almoner.platform.settings import Settings

RAISE_NAMES = {"skip": "Skip", "take": "Take", "sort_by": "SortBy", "descending": "Descending"}
CRM_NAMES = {"skip": "skip", "take": "take", "sort_by": "sortBy", "descending": "descending"}
"""How each product spells the four parameters; a request may use any case."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What a caller asked of a list, not yet checked against what the list can sort by."""

    skip: int
    take: int
    sort_by: str | None
    descending: bool
    take_max: int
    names: Mapping[str, str]

    def checked(self, sorts: Mapping[str, str], *, default: str = "id") -> Paging:
        """The page to read; `Invalid` names a parameter that is out of range.

        `sorts` maps lower-case wire names to columns; an unknown name falls back to the column of `default`.
        """
        try:
            return paging(
                self.skip,
                self.take,
                self.sort_by,
                take_max=self.take_max,
                sorts=sorts,
                default_sort=sorts[default],
                descending=self.descending,
            )
        except Invalid as error:
            named = tuple(replace(broken, field=self.names[broken.field]) for broken in error.fields)
            raise Invalid(error.message, fields=named) from None


class PageParameters:
    """The four list parameters under one product's names, with the defaults of the settings."""

    def __init__(self, names: Mapping[str, str], settings: Settings) -> None:
        self._names = names
        self._settings = settings

    def shown(self) -> list[inspect.Parameter]:
        """What Litestar is to see in the place of `page`."""
        types: dict[str, Any] = {"skip": int, "take": int, "sort_by": str, "descending": bool}
        return [
            inspect.Parameter(
                self._names[name],
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[type_ | None, QueryParameter()],
            )
            for name, type_ in types.items()
        ]

    def bound(self, call: Callable[..., Awaitable[Any]], names: set[str]) -> Callable[..., Awaitable[Any]]:
        """`call` with `page` made of the four parameters, if it wants one."""
        if "page" not in names:
            return call

        async def call_with_page(**given: Any) -> Any:
            asked = {name: given.pop(wire, None) for name, wire in self._names.items()}
            return await call(page=self._query(**asked), **given)

        return call_with_page

    def _query(
        self, skip: int | None, take: int | None, sort_by: str | None, descending: bool | None
    ) -> PageQuery:
        return PageQuery(
            skip=skip or 0,
            take=min(self._settings.page_take_default, self._settings.page_take_max)
            if take is None
            else take,
            sort_by=sort_by,
            descending=bool(descending),
            take_max=self._settings.page_take_max,
            names=self._names,
        )
