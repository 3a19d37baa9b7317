"""Merge donors who are one, tell before what that would do, and part them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from almoner.giving.donor_contacts.records import hold_mailboxes
from almoner.giving.donor_merges.views import (
    DonorGivingView,
    DonorMergeView,
    MergePreviewView,
    MergeSideView,
    merge_view,
)
from almoner.giving.donors.rules import Donor
from almoner.giving.donors.service import read_donor, read_donors
from almoner.giving.transfers.service import hold_donors
from almoner.kernel.errors import Conflict, FieldError, Invalid
from almoner.kernel.money import format_amount, to_decimal
from almoner.kernel.text import clean
from almoner.kernel.wire import day_text, utc_text
from almoner.platform.custom_fields.views import told_list
from almoner.platform.database import Tx, load_queries

_queries = load_queries(__file__)


async def preview(tx: Tx, survivor_id: int, duplicate_id: int) -> MergePreviewView:
    """What a merge of the two would do; `NotFound` without either."""
    survivor, duplicate = await read_donor(tx, survivor_id), await read_donor(tx, duplicate_id)
    ids = [survivor_id, duplicate_id]
    counts = {row["id"]: row["gift_count"] for row in await _queries.gift_counts(tx, ids=ids)}
    given = await _queries.lifetime(tx, ids=ids)
    return MergePreviewView(
        survivor=_side(survivor, counts, given),
        duplicate=_side(duplicate, counts, given),
        moved_gift_count=counts[duplicate_id],
        moved_schedule_count=0,
        found_by=[row["value"] for row in duplicate.methods if row["kind"] == "email"],
        filled_custom_fields=told_list(await _queries.filled(tx, ids=ids), day_text),
        obstacle=_obstacle(survivor, duplicate),
    )


async def merge_donors(
    tx: Tx, survivor_id: int, said: Mapping[str, Any], now: datetime, *, by: str
) -> DonorMergeView:
    """Merge the donor that is `said` into another: its gifts move, and whoever is found by what it has is the other from then on.

    `NotFound` without the survivor, `Invalid` without the duplicate, `Conflict` when one of them is merged or erased already, or both are one.
    """
    await hold_mailboxes(tx)
    duplicate_id = said["duplicate_id"]
    await _hold(tx, survivor_id, duplicate_id)
    survivor = await read_donor(tx, survivor_id)
    duplicate = (await read_donors(tx, [duplicate_id])).get(duplicate_id)
    if duplicate is None:
        raise Invalid("The donors cannot be merged.", fields=(_unknown(duplicate_id),))
    if (obstacle := _obstacle(survivor, duplicate)) is not None:
        raise Conflict(obstacle)
    reason = clean(said.get("reason"))
    merge_id = await _queries.merge(
        tx, duplicate_id=duplicate_id, survivor_id=survivor_id, by=by, reason=reason, now=now
    )
    return next(one for one in await list_merges(tx, survivor_id) if one.id == merge_id)


async def unmerge_donor(
    tx: Tx, duplicate_id: int, said: Mapping[str, Any], now: datetime, *, by: str
) -> DonorMergeView:
    """Let a donor who was merged be its own again, with the gifts that the merge moved; what came since stays with the survivor.

    `NotFound` without the donor, `Conflict` when it is merged into nobody.
    """
    await hold_mailboxes(tx)
    await read_donor(tx, duplicate_id)
    standing = await _queries.standing(tx, donor_id=duplicate_id)
    if standing is None or (await read_donor(tx, duplicate_id)).erased_at is not None:
        raise Conflict(f"Donor {duplicate_id} is merged into no other, or erased with it.")
    await _hold(tx, standing["survivor_id"], duplicate_id)
    reason = clean(said.get("reason"))
    await _queries.unmerge(tx, merge_id=standing["id"], by=by, reason=reason, now=now)
    return next(one for one in await list_merges(tx, duplicate_id) if one.id == standing["id"])


async def list_merges(tx: Tx, donor_id: int) -> list[DonorMergeView]:
    """The merges that a donor was a part of, the first one first; `NotFound` without the donor."""
    await read_donor(tx, donor_id)
    return [merge_view(row) for row in await _queries.merges(tx, donor_id=donor_id)]


async def broken_in_merge(tx: Tx, donor_id: int, said: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with a merge; `NotFound` without the survivor."""
    await read_donor(tx, donor_id)
    duplicate_id = said.get("duplicate_id")
    if duplicate_id is None or await read_donors(tx, [duplicate_id]):
        return []
    return [_unknown(duplicate_id)]


async def broken_in_unmerge(tx: Tx, donor_id: int) -> tuple[FieldError, ...]:
    """Nothing but what the shape of the body says; `NotFound` without the donor."""
    await read_donor(tx, donor_id)
    return ()


async def _hold(tx: Tx, survivor_id: int, duplicate_id: int) -> None:
    """Hold all donors of a merge at once: both, and all who were merged into either."""
    both = [survivor_id, duplicate_id]
    merged = await _queries.merged_into(tx, donor_ids=both)
    await hold_donors(tx, [*both, *(row["id"] for row in merged)])


def _unknown(donor_id: int) -> FieldError:
    return FieldError("duplicateId", "UNKNOWN", f"There is no donor {donor_id}.")


def _obstacle(survivor: Donor, duplicate: Donor) -> str | None:
    if survivor.id == duplicate.id:
        return "A donor is itself already: name another as the duplicate."
    for donor in (survivor, duplicate):
        if donor.survivor_id is not None:
            return f"Donor {donor.id} is merged into donor {donor.survivor_id} already: name that one."
        if donor.erased_at is not None:
            return f"Donor {donor.id} is erased: nobody knows who it was."
    return None


def _side(donor: Donor, counts: Mapping[int, int], given: Sequence[Any]) -> MergeSideView:
    giving = [
        DonorGivingView(
            currency=row["currency"],
            gift_count=row["gifts"],
            amount=to_decimal(int(row["minor"]), row["currency"]),
            formatted_amount=format_amount(int(row["minor"]), row["currency"]),
        )
        for row in given
        if row["donor_id"] == donor.id
    ]
    return MergeSideView(
        donor_id=donor.id,
        name=donor.name,
        email=donor.email,
        crm_key=donor.crm_key if donor.crm_linked else None,
        created_date=utc_text(donor.created_at),
        gift_count=counts[donor.id],
        schedule_count=0,
        lifetime_giving=giving,
    )
