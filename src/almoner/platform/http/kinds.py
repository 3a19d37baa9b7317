"""What the types of fields ask for, as the slow reading of bodies needs to know it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

_CHOICES_TOLD = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type annotation asks for: one struct, an array of `item` (or something else), or a plain value of `scalars`."""

    hint: Any
    nullable: bool
    scalars: frozenset[Any]
    struct: type[msgspec.Struct] | None = None
    item: Any = None
    array: Any = None
    entry: Any = None
    """What the values of an object by names of the caller's are."""
    table: Any = None
    """The type of such an object as a whole."""
    choices: str = ""
    """A sentence on what it can be, where that is a closed list."""


@cache
def kind_of(hint: Any) -> Kind:
    """What the type `hint` asks for."""
    options = tuple(_options(hint, ()))
    bases = [base for base, _ in options if base is not types.NoneType]
    nullable = Any in bases or len(bases) < len(options)
    scalars = frozenset(base for base in bases if isinstance(base, type))
    kind = Kind(hint, nullable, scalars, choices=_choices(meta for _, metas in options for meta in metas))
    tables = [option for option in options if get_origin(option[0]) is dict]
    if len(tables) == 1:
        kind = replace(kind, entry=get_args(tables[0][0])[1], table=_plain(dict, tables[0][1]))
    if len(bases) != 1:
        bases = [base for base in bases if get_origin(base) is list]
    if len(bases) != 1:
        return kind
    base, meta = next(option for option in options if option[0] is bases[0])
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return replace(kind, struct=base)
    if get_origin(base) is list:
        return replace(kind, item=get_args(base)[0], array=_plain(list, meta))
    return kind


def _plain(container: type, meta: tuple[Any, ...]) -> Any:
    """A container of anything, under the same rules."""
    return Annotated[(container, *meta)] if meta else container


def _choices(metas: Iterable[Any]) -> str:
    """What values of a type can be, by the lists in its `metas` (`wire.one_of`, `wire.labelled`); nothing where there is none."""
    for meta in metas:
        labels = (getattr(meta, "extra", None) or {}).get("labels")
        listed = labels or (getattr(meta, "extra_json_schema", None) or {}).get("enum")
        if listed and len(listed) <= _CHOICES_TOLD:
            return f" It is one of: {', '.join(map(str, listed))}."
    return ""


def _options(hint: Any, meta: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    if get_origin(hint) is Annotated:
        inner, *more = get_args(hint)
        yield from _options(inner, (*meta, *more))
    elif get_origin(hint) in (Union, types.UnionType):
        for option in get_args(hint):
            yield from _options(option, meta)
    elif hint is not msgspec.UnsetType:
        yield hint, meta


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a struct."""

    name: str
    wire: str
    """Its name on the wire."""
    hint: Any
    required: bool
    is_text: bool
    clears: bool
    """Whether a blank is more than what is left out."""


@cache
def slots_of(struct: type[msgspec.Struct]) -> dict[str, Slot]:
    """The fields of a struct by their names on the wire, folded."""
    hints = get_type_hints(struct, include_extras=True)
    return {
        spec.encode_name.lower(): Slot(
            spec.name,
            spec.encode_name,
            hints[spec.name],
            spec.required,
            is_text=str in kind_of(hints[spec.name]).scalars,
            clears=spec.default is msgspec.UNSET,
        )
        for spec in msgspec.structs.fields(struct)
    }


@cache
def names_of(struct: type[msgspec.Struct]) -> dict[str, Slot]:
    """The fields of a struct by each name that is taken for them, folded."""
    slots = slots_of(struct)
    others: Mapping[str, str] = getattr(struct, "also_called", {})
    return {**slots, **{other.lower(): slots[wire.lower()] for other, wire in others.items()}}


@cache
def begins_with_one(hint: Any) -> bool:
    """Whether this is the type of an id."""
    return any(
        base is int and any(getattr(one, "ge", None) == 1 for one in meta)
        for base, meta in _options(hint, ())
    )


def nothing_of(hint: Any) -> Any:
    """What stands where nothing of this type could be read: none of a list, an object of nothing, else None."""
    kind = kind_of(hint)
    if kind.struct is None:
        return None if kind.item is None else []
    required = (slot for slot in slots_of(kind.struct).values() if slot.required)
    return kind.struct(**{slot.name: nothing_of(slot.hint) for slot in required})
