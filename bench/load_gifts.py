"""Load gifts into the CRM with all checks: over HTTP, through the service, by hand-written SQL and through an ORM, in turn."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import gifts
from bench.give import Variant, spent
from bench.peers import crm_tables
from bench.prepare import Prepared, execute
from bench.stand import Server, Stand, run_module

CONTACTS = 20_000
BULK, BATCH, CALLERS = 100, 1000, 2
HTTP, SERVICE = "http, Gift/Bulk by 100", "service by 1,000"
BY_HAND, ORM = "sql by hand by 1,000", "orm, one a session"

RATIOS = {
    "service / sql by hand": ((SERVICE, CALLERS), (BY_HAND, CALLERS)),
    "http / sql by hand": ((HTTP, 4), (BY_HAND, CALLERS)),
    "service / orm": ((SERVICE, CALLERS), (ORM, 8)),
    "http / orm": ((HTTP, 4), (ORM, 8)),
    "http / service": ((HTTP, 4), (SERVICE, CALLERS)),
}
AIM = 5000.0
"""Gifts a second on two cores."""


@dataclass(frozen=True, slots=True)
class House:
    """An organization to load into, and its first contact."""

    at: Prepared
    first_contact: int
    contacts: int


def settle(at: Prepared, contacts: int) -> House:
    """Contacts and projects for the product and, in tables of their own, for whoever writes without it."""
    first = gifts.fill(at, contacts)
    execute(at.dsn, crm_tables.MADE)
    return House(at, first, contacts)


def measure(
    stand: Stand, seconds: float, rounds: int, chance: random.Random, contacts: int = CONTACTS
) -> list[dict[str, Any]]:
    """One row per variant and round; in every round the variants come in another order."""
    house = settle(stand.database("bench_load"), contacts)
    rows = []
    with stand.serving(house.at, sync_workers=0) as server:
        variants = [
            Variant(HTTP, 4, _http(stand, server, house)),
            Variant(SERVICE, CALLERS, _direct(stand, house, "crm_service", CALLERS, BATCH)),
            Variant(BY_HAND, CALLERS, _direct(stand, house, "crm_by_hand", CALLERS, BATCH)),
            Variant(ORM, 8, _direct(stand, house, "crm_orm", 8, 1)),
        ]
        for round_ in range(rounds):
            for variant in chance.sample(variants, len(variants)):
                figures = variant.run(seconds, chance.randrange(2**31))
                rows.append({"variant": variant.name, "callers": variant.callers, "round": round_, **figures})
    return rows


def _arguments(house: House, callers: int, batch: int, seconds: float, seed: int) -> list[str]:
    told = {
        "first-contact": house.first_contact,
        "contacts": house.contacts,
        "batch": batch,
        "callers": callers,
        "seconds": seconds,
        "seed": seed,
    }
    return [part for name, value in told.items() for part in (f"--{name}", str(value))]


def _http(stand: Stand, server: Server, house: House) -> Callable[[float, int], dict[str, Any]]:
    def run(seconds: float, seed: int) -> dict[str, Any]:
        arguments = ["--port", str(server.port), *_arguments(house, 4, BULK, seconds, seed)]
        with spent(stand, server) as figures:
            seen = run_module("bench.bulk", arguments, server.at.crm_token)
        return figures(seen)

    return run


def _direct(
    stand: Stand, house: House, peer: str, callers: int, batch: int
) -> Callable[[float, int], dict[str, Any]]:
    def run(seconds: float, seed: int) -> dict[str, Any]:
        to = ["--dsn", house.at.dsn, "--organization", str(house.at.organization_id)]
        with spent(stand, None) as figures:
            seen = run_module(f"bench.peers.{peer}", [*to, *_arguments(house, callers, batch, seconds, seed)])
        return figures(seen)

    return run
