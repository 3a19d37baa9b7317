"""Tell what an erasure of a donor takes away, and do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from almoner.giving.donor_contacts.records import hold_mailboxes
from almoner.giving.donors.service import read_donor
from almoner.giving.erasures.views import DonorErasureView, ErasedView
from almoner.giving.transfers.service import hold_donors
from almoner.kernel.errors import Conflict, FieldError, Invalid
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import fill

_queries = load_queries(__file__)

KEPT = (
    "what was given when, and for what: the books",
    "the numbers, days, projects and money of receipts and statements, which say that their reader was erased",
    "the processor's own names of payments, by which money is reconciled",
    "numbers of records here and in other systems",
    "the organization's own words for what was given: kinds, stages, segments, batches, premiums, and by which letter or link it came",
    "what records of others say: tributes to others, notes about others, and files and texts that the organization wrote elsewhere",
    "letters that were sent, with those who got them, and in the folder of outgoing mail where letters are files",
    "the CRM's record, where other sources or gifts made there speak of it too",
)
"""What stays of an erased donor, in a sentence each."""


async def look(tx: Tx, donor_id: int, now: datetime) -> DonorErasureView:
    """What an erasure would take away; nothing of it is done. `NotFound` without the donor, `Conflict` as for `erase_donor`."""
    return await _erased(tx, donor_id, now, by="", does=False)


async def erase_donor(
    tx: Tx, donor_id: int, said: Mapping[str, Any], now: datetime, *, by: str
) -> DonorErasureView:
    """Erase the personal data of a donor and of all who were merged into it; money, days and numbers stay.

    `NotFound` without the donor, `Invalid` when the id that confirms it is another, `Conflict` when the donor was merged into one, who must
    be named instead, or is erased already.
    """
    if errors := _unconfirmed(donor_id, said):
        raise Invalid("The erasure is not confirmed.", fields=tuple(errors))
    await hold_mailboxes(tx)
    return await _erased(tx, donor_id, now, by=by, does=True)


async def broken_in_erasure(tx: Tx, donor_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """What keeps an erasure from being confirmed; `NotFound` without the donor."""
    await read_donor(tx, donor_id)
    return _unconfirmed(donor_id, said)


def _unconfirmed(donor_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    confirmed = said.get("confirmed_donor_id")
    if confirmed in (None, donor_id):
        return []
    message = f"It names donor {confirmed}, and the path donor {donor_id}."
    return [FieldError("confirmedDonorId", "INCONSISTENT", message)]


async def _erased(tx: Tx, donor_id: int, now: datetime, *, by: str, does: bool) -> DonorErasureView:
    donor = await read_donor(tx, donor_id)
    if donor.survivor_id is not None:
        raise Conflict(f"Donor {donor_id} was merged into donor {donor.survivor_id}: erase that one.")
    if donor.erased_at is not None:
        raise Conflict(f"Donor {donor_id} is erased already.")
    merged = sorted(await _queries.merged_into(tx, donor_id=donor_id))
    ids = [donor_id, *merged]
    if does:
        await hold_donors(tx, ids)
    rows = await _queries.erase(tx, ids=ids, does=does, by=by, now=now)
    return DonorErasureView(
        donor_id=donor_id,
        merged_donor_ids=merged,
        is_done=does,
        erased=[fill(ErasedView, row) for row in rows],
        kept=list(KEPT),
    )
