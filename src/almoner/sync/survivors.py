"""Donors who were merged: whom they were merged into must be at the destination before it is told."""

from __future__ import annotations

from typing import Any

from almoner.platform.database import Tx
from almoner.sync import store
from almoner.sync.destinations import Destination
from almoner.sync.entities import DONOR
from almoner.sync.rules import Record, Wanted


async def with_survivors(
    tx: Tx,
    destination: Destination,
    wanted: dict[int, Wanted],
    known: dict[int, Record],
    donors: dict[int, Any],
) -> dict[int, Wanted]:
    """Those whom donors that are wanted, and there, were merged into, and who are not: by id, with what asks for them.

    They come among `donors`, and what is known of them among what is `known`.
    """
    into = {
        donors[id_].survivor_id: each
        for id_, each in reversed(wanted.items())
        if id_ in donors and donors[id_].is_merged and each.done
    }
    if further := sorted(into.keys() - donors.keys()):
        donors.update(await DONOR.facts(tx, further))
        stored = await store.records(tx, destination.name, further, {})
        known.update(stored.of(DONOR.name))
    return {
        id_: each
        for id_, each in into.items()
        if id_ in donors and not (id_ in known and known[id_].done > 0)
    }
