"""The list parameters of both products, so that a list route declares them in one word: `page: PageQuery`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from msgspec import Meta

from almoner.kernel.errors import AlmonerError, FieldError, Invalid
from almoner.kernel.paging import SKIP_MAX, Paging, paging, sort_name
from almoner.platform.http.parameters import Parameter, QueryReader, parameter_shape
from almoner.platform.settings import Settings

RAISE_NAMES = {"skip": "Skip", "take": "Take", "sort_by": "SortBy", "descending": "Descending"}
CRM_NAMES = {"skip": "skip", "take": "take", "sort_by": "sortBy", "descending": "descending"}
"""How each product spells the four parameters; a request may use any case."""

_TYPES: dict[str, Any] = {
    "skip": int | None,
    "take": int | None,
    "sort_by": str | None,
    "descending": bool | None,
}


_WORDS = {
    "skip": "How many records to pass over.",
    "take": "How many records to answer with: {default} when it is left out, at most {most}.",
    "sort_by": "What to sort by, in any case; another name is ignored, and the answer says so.",
    "descending": "Whether to begin with the greatest.",
}


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What a caller asked of a list, not yet checked against what the list can sort by."""

    skip: int
    take: int
    sort_by: str | None
    descending: bool
    take_max: int
    names: Mapping[str, str]
    sorts: Mapping[str, str]
    """Names to sort by, as the route says them, with what is behind each; `id` is the one without a wish."""
    refusal: type[AlmonerError] = Invalid
    """How a page that is out of range is refused."""
    ignored: list[str] = field(default_factory=list)
    """Where a value that nobody knows is told of."""

    def checked(self) -> Paging:
        """The page to read; `Invalid` names a parameter that is out of range. An unknown name to sort by is as none."""
        if self.sort_by and sort_name(self.sort_by) not in self.sorts:
            self.ignored.append(f"{self.names['sort_by']}={self.sort_by}")
        try:
            return paging(
                self.skip,
                self.take,
                self.sort_by,
                take_max=self.take_max,
                sorts=self.sorts,
                default_sort=self.sorts["id"],
                descending=self.descending,
            )
        except Invalid as error:
            named = tuple(replace(broken, field=self.names[broken.field]) for broken in error.fields)
            raise self.refusal(error.message, fields=named) from None


class PageParameters:
    """The four list parameters under one product's names, with the defaults of the settings."""

    def __init__(
        self,
        names: Mapping[str, str],
        settings: Settings,
        take_default: int | None = None,
        refusal: type[AlmonerError] = Invalid,
    ) -> None:
        """`take_default` stands for that of the settings; a page that is out of range is a `refusal`."""
        self._names = names
        self._refusal = refusal
        self._take_max = settings.page_take_max
        self._take_default = min(take_default or settings.page_take_default, settings.page_take_max)
        self.parameters = tuple(
            Parameter(
                name,
                names[name],
                parameter_shape(hint),
                None,
                _WORDS[name].format(default=self._take_default, most=self._take_max),
            )
            for name, hint in _TYPES.items()
        )
        self._bounded = {
            name: Annotated[int, Meta(ge=0, le=most)] | None
            for name, most in (("skip", SKIP_MAX), ("take", self._take_max))
        }
        self._reader = QueryReader(self.parameters)

    def told(self, sorts: Mapping[str, str]) -> tuple[Parameter, ...]:
        """The four parameters of a list that sorts by these names."""
        known = f" Known: {', '.join(f'`{name}`' for name in sorts)}."
        return tuple(
            replace(
                one,
                shape=self._bounded.get(one.name, one.shape),
                description=one.description + (known if one.name == "sort_by" else ""),
            )
            for one in self.parameters
        )

    def read(
        self, query: Mapping[str, str], errors: list[FieldError], ignored: list[str], sorts: Mapping[str, str]
    ) -> PageQuery:
        """What was asked, with the defaults where nothing was. What is wrong is added to `errors`, an unknown sort to `ignored`."""
        asked = self._reader.read(query, errors)
        take = asked["take"]
        return PageQuery(
            skip=asked["skip"] or 0,
            take=self._take_default if take is None else take,
            sort_by=asked["sort_by"],
            descending=bool(asked["descending"]),
            take_max=self._take_max,
            names=self._names,
            sorts=sorts,
            ignored=ignored,
            refusal=self._refusal,
        )
