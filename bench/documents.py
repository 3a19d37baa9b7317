"""What it costs to start with hundreds of operations, and to make their first document: processor time, each sample in a process of its own.

The process says how long it took to build the API (its modules imported, routes compiled, readers of bodies made), then to answer the first request
for `/openapi.json` and the second, which has it; beside that, what msgspec alone takes for the schemas of the same shapes.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_type_hints

import httpx
import msgspec

from almoner.platform.database import Database, Snapshot, Tx
from almoner.platform.http import CRM, RAISE, PageQuery, Request, Route, product_app
from almoner.platform.http.binding import needs_of
from almoner.platform.http.parameters import parameter_shape
from almoner.platform.organizations.rules import Caller
from almoner.platform.settings import PublicUrl, Settings
from almoner.platform.wire import Body
from bench import synthetic

SIZES = (40, 300, 600)
AIM_MS = 1_000.0
AIM_OPERATIONS = 300
OF_THE_REQUEST = (Tx, Snapshot, Caller, Request, PageQuery)


class _Nothing:
    """In the place of a database and of services, of which starting and telling need nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_, **__: None


@dataclass(frozen=True)
class Api:
    """What an API is built of."""

    name: str
    routes: Sequence[Route]
    examples: Mapping[str, Any]


def measure(rounds: int) -> list[dict[str, Any]]:
    """Samples of today's APIs and of synthetic ones of each size, in processes of their own."""
    variants = ["raise", "crm", *map(str, SIZES)]
    command = [sys.executable, "-m", "bench.documents"]
    return [
        {"round": number, **json.loads(subprocess.check_output([*command, variant], text=True))}
        for number in range(rounds)
        for variant in variants
    ]


def sample(variant: str) -> dict[str, Any]:
    """One sample in this process, which must not have built an API before. Milliseconds of processor time of all its threads."""
    with tempfile.TemporaryDirectory() as folder:
        shapes_written = 0
        if variant.isdigit():
            sys.path.insert(0, folder)
            shapes_written = synthetic.write_module(Path(folder) / "many_things.py", int(variant))
        (api, app), start_ms = _timed(lambda: _built(variant))
        first, first_ms = _timed(lambda: asyncio.run(_asked(app)))
        again, again_ms = _timed(lambda: asyncio.run(_asked(app)))
        assert first.headers["etag"] == again.headers["etag"]
        shapes = _shapes(api)
        _, msgspec_ms = _timed(lambda: msgspec.json.schema_components(shapes))
    told = first.json()
    return {
        "variant": f"{variant} operations" if variant.isdigit() else f"today's {variant}",
        "operations": len(api.routes),
        "shapes": shapes_written or len(told["components"]["schemas"]),
        "start_ms": start_ms,
        "first_document_ms": first_ms,
        "again_ms": again_ms,
        "msgspec_alone_ms": msgspec_ms,
        "kilobytes": len(first.content) / 1000,
    }


def aims(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each of the two under a second with 300 operations, by the slowest sample."""
    of_size = [row for row in rows if row["variant"] == f"{AIM_OPERATIONS} operations"]
    return [
        {
            "aim": f"{AIM_OPERATIONS} operations, {figure}",
            "wanted": AIM_MS,
            "seen": seen,
            "met": seen <= AIM_MS,
        }
        for figure in ("start_ms", "first_document_ms")
        for seen in (max(row[figure] for row in of_size),)
    ]


def _timed(do: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    done = do()
    return done, (time.process_time() - began) * 1000


def _built(variant: str) -> tuple[Api, Any]:
    api = _api(variant)
    services = {kind: _Nothing() for kind in _services(api.routes)}
    app = product_app(
        name="raise" if variant == "raise" else "crm",
        info={"title": "Measured", "version": "1"},
        routes=api.routes,
        dialect=RAISE if variant == "raise" else CRM,
        db=cast("Database", _Nothing()),
        settings=Settings(),
        authenticate=cast("Any", _Nothing()),
        examples=api.examples,
        services={**services, PublicUrl: PublicUrl("http://localhost")},
    )
    return api, app


def _api(variant: str) -> Api:
    if variant.isdigit():
        module = importlib.import_module("many_things")
        return Api(variant, module.routes, synthetic.examples(int(variant)))
    examples = importlib.import_module("almoner.platform.http.examples")
    package = {"raise": "giving", "crm": "crm"}[variant]
    routes = importlib.import_module(f"almoner.{package}.routes").routes
    return Api(variant, routes, examples.examples_of(f"almoner.{package}"))


def _services(routes: Sequence[Route]) -> set[Any]:
    """What the handlers ask the application for: neither of the request nor a value that a caller writes."""
    hints = {
        hint for route in routes for name, hint in get_type_hints(route.handler).items() if name != "return"
    }
    plain = {
        hint for hint in hints if isinstance(hint, type) and not issubclass(hint, (Body, *OF_THE_REQUEST))
    }
    return {hint for hint in plain if parameter_shape(hint) is None}


def _shapes(api: Api) -> list[Any]:
    found: dict[Any, None] = {}
    for route in api.routes:
        needs = needs_of(route, dict.fromkeys(_services([route])))
        found |= dict.fromkeys(
            shape for shape in (needs.result, needs.body and needs.body[1]) if _is_struct(shape)
        )
    return list(found)


def _is_struct(shape: Any) -> bool:
    bare = getattr(shape, "__origin__", shape)
    return isinstance(bare, type) and issubclass(bare, msgspec.Struct)


async def _asked(app: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get("/openapi.json")


if __name__ == "__main__":
    print(json.dumps(sample(sys.argv[1])))
