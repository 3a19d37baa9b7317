"""The CRM's own door in process: JSON is read as the API reads it and handed to the service, so many gifts a transaction."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from itertools import islice

from almoner.crm.gifts.enter import enter_each
from almoner.crm.gifts.requests import GiftBody
from almoner.platform.database import open_database
from almoner.platform.http import decode_body
from bench.gifts import text, wishes
from bench.peers.connect import crm_arguments, measure
from bench.sample import Sample, closed_loop

PARTS_MAX = 50


async def run(given: argparse.Namespace) -> Sample:
    """Enter `batch` gifts a transaction from `callers` at once."""
    db = await open_database(given.dsn, pool_size=given.callers + 4)
    source = wishes(given.seed, given.first_contact, given.contacts)

    async def enter() -> int:
        bodies = decode_body(text(list(islice(source, given.batch))), list[GiftBody])
        async with db.tenant(given.organization) as tx:
            entered = await enter_each(tx, bodies, datetime.now(UTC), parts_max=PARTS_MAX)
        if any(each.did != "made" for each in entered):
            raise RuntimeError(f"a gift was not made: {next(each for each in entered if each.did != 'made')}")
        return given.batch

    try:
        return await closed_loop(given.callers, given.warm_up, given.seconds, enter)
    finally:
        await db.close()


if __name__ == "__main__":
    measure(run, crm_arguments())
