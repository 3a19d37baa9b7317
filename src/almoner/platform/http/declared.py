"""What a function says of its parameters and its result: read once, however many apps a process makes of it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_type_hints

KEPT_MAX = 4096
"""Functions of which it is kept; both products have some hundred operations."""


def hints_of(declared: Any, *, include_extras: bool = False) -> Mapping[str, Any]:
    """As `typing.get_type_hints`."""
    return _hints(declared, include_extras)


def parameters_of(declared: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters by name, in order, with their defaults."""
    return _signature(declared).parameters


@lru_cache(KEPT_MAX)
def _hints(declared: Any, include_extras: bool) -> Mapping[str, Any]:
    return get_type_hints(declared, include_extras=include_extras)


_signature = lru_cache(KEPT_MAX)(inspect.signature)
