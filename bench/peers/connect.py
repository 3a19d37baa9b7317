"""How every peer reaches the database: the server's own role and tenant, over as many connections as the server has."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable

import uvloop

from almoner.platform.database.connection import APP_ROLE
from bench.sample import Sample

POOL = 12
"""Connections of a peer; the default of Almoner's own pool."""


def session_settings(organization_id: int) -> dict[str, str]:
    """The tenant is named once per connection, so that row-level security costs a peer no round trip."""
    return {
        "role": APP_ROLE,
        "timezone": "UTC",
        "jit": "off",
        "almoner.organization_id": str(organization_id),
    }


def arguments(*, by_http: bool = False) -> argparse.ArgumentParser:
    """What every peer process is told; one that goes over HTTP has no database."""
    parser = argparse.ArgumentParser()
    if not by_http:
        parser.add_argument("--dsn", required=True)
        parser.add_argument("--organization", type=int, required=True)
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--warm-up", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def measure(run: Callable[[argparse.Namespace], Awaitable[Sample]], parser: argparse.ArgumentParser) -> None:
    """Run a peer as a process and print its sample."""

    async def main() -> Sample:
        return await run(parser.parse_args())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(main()).document()))


def crm_arguments(*, by_http: bool = False) -> argparse.ArgumentParser:
    """What every peer that writes gifts of the CRM is told: among whom they come, and how many a call."""
    parser = arguments(by_http=by_http)
    parser.add_argument("--first-contact", type=int, required=True)
    parser.add_argument("--contacts", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1)
    return parser
