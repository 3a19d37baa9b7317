"""An example of each operation: a request that a test sent, and what it was answered."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from typing import Any


def examples_of(package: str) -> dict[str, Any]:
    """The examples in `examples.json` of a module, by operation id: parameters, body and answer, as far as there are any."""
    text = files(package).joinpath("examples.json").read_text(encoding="utf-8")
    told: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return told
