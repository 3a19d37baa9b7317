"""Replace, patch and delete gifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from almoner.crm.commitments.revise import APPLIED, read_revision, revise, take_all_off
from almoner.crm.custom_fields.service import fields_of
from almoner.crm.custom_fields.values import Fields
from almoner.crm.events import LOG
from almoner.crm.gift_extras.service import EXTRAS, broken_in_extras, hold_premiums, replace_extras
from almoner.crm.gifts.entry import Entry
from almoner.crm.gifts.errors import GiftStays, refusal
from almoner.crm.gifts.requests import PATCHED_MAX, GiftPatchBody, GiftReplacementBody
from almoner.crm.gifts.revision import fixed_row, revised_row
from almoner.crm.gifts.service import read_gift, records
from almoner.crm.gifts.settings import default_project_of
from almoner.crm.gifts.views import GiftView
from almoner.crm.wire import read_day
from almoner.kernel.clock import local_day
from almoner.kernel.errors import FieldError, Invalid, found
from almoner.kernel.wire import day_text
from almoner.platform.database import Tx, load_queries
from almoner.platform.wire import encode_json, rows_of, told

_queries = load_queries(__file__)
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=msgspec.Raw).decode


@dataclass(frozen=True, slots=True)
class Patch:
    """What is said of one gift, by fields, and its place in the body."""

    gift_id: int
    said: Mapping[str, Any]
    place: int


async def replace_gift(
    tx: Tx, gift_id: int, body: GiftReplacementBody, now: datetime, crm_url: str, *, parts_max: int
) -> GiftView:
    """The gift with these fields; what is left out is cleared, but for what `GiftReplacementBody` lets stay.

    `NotFound` without the gift; `DesignationsRefused` or `Invalid` with everything that is broken. Of a gift that a source sent, and of one that
    takes another back, day, money and designations stay: they are the source's, and the other gift's.
    """
    await _queries.hold_gifts(tx, ids=[gift_id])
    row, errors = await _read(tx, gift_id, body, now, parts_max=parts_max)
    revision = await read_revision(tx, gift_id, body, row["amount_minor"], row["currency"], errors)
    if errors:
        raise refusal([*errors, *await _problems_of(tx, row)])
    await hold_premiums(tx, gift_id, body)
    was = await _queries.image(tx, id=gift_id)
    before = told(await read_gift(tx, gift_id, crm_url))
    text = await _queries.replace_gift(tx, gift=encode_json(row).decode(), now=now)
    if text is not None:
        raise refusal([FieldError(**each) for each in rows_of(text)])
    await replace_extras(tx, gift_id, body)
    await revise(tx, gift_id, revision, now)
    since = told(await read_gift(tx, gift_id, crm_url))
    beside = (*EXTRAS, *(APPLIED if revision.says_something else ()))
    old = encode_json({name: before[name] for name in beside if before[name] != since[name]}).decode()
    await _queries.announce_replacement(tx, id=gift_id, was=was, beside=old, now=now)
    return await read_gift(tx, gift_id, crm_url)


async def broken_in_replacement(
    tx: Tx, gift_id: int, body: GiftReplacementBody, now: datetime, *, parts_max: int
) -> list[FieldError]:
    """Everything that keeps a gift from being replaced so; null stands for what could not be read."""
    row, errors = await _read(tx, gift_id, body, now, parts_max=parts_max)
    await read_revision(tx, gift_id, body, row["amount_minor"], row["currency"], errors)
    return [*errors, *await _problems_of(tx, row)]


async def patch_gifts(tx: Tx, patches: Sequence[Patch], now: datetime) -> None:
    """Carry out all changes, each of another gift, or none; `Invalid` names everything that is broken."""
    await _queries.hold_gifts(tx, ids=[patch.gift_id for patch in patches])
    rows, errors = await _patched(tx, patches)
    if errors:
        raise Invalid("One or more fields are invalid.", fields=tuple(errors))
    await _queries.patch_gifts(tx, gifts=encode_json(rows).decode(), now=now)


async def broken_in_patches(tx: Tx, patches: Sequence[Patch]) -> list[FieldError]:
    """Everything that keeps `patch_gifts` from it; null stands for what could not be read."""
    return (await _patched(tx, patches))[1]


def patches_in(data: Sequence[GiftPatchBody | None], said_in: Any) -> list[Patch]:
    """What each element of a body says; one of which not even the id could be read says nothing. `Invalid` when there are too many."""
    if len(data) > PATCHED_MAX:
        text = f"At most {PATCHED_MAX} gifts can be changed at once."
        raise Invalid.field(f"[{PATCHED_MAX}]", "TOO_MANY", text)
    readable = [(n, said_in(element)) for n, element in enumerate(data) if element is not None]
    return [Patch(fields.pop("id"), fields, n) for n, fields in readable if fields["id"] is not None]


async def delete_gift(tx: Tx, gift_id: int, now: datetime, crm_url: str) -> None:
    """Delete a gift that was a mistake: it is gone from reads and figures, and its source and id are free. The event keeps it whole.

    `NotFound` without the gift; `GiftStays` when it was taken back, or came from another system, whose books would no longer be explained.
    """
    await _queries.hold_gifts(tx, ids=[gift_id])
    was = found(await _queries.as_it_is(tx, id=gift_id), "gift", gift_id)
    if was["is_sent"]:
        or_here = "" if was["reverses_id"] else ", or take it back here by a reversing transaction"
        raise GiftStays(f"Gift {gift_id} came from {was['transaction_source']}: mend it there{or_here}.")
    if was["reversal_ids"]:
        numbers = ", ".join(map(str, was["reversal_ids"]))
        raise GiftStays(f"Gift {gift_id} was taken back by {numbers}: delete that first.")
    image = await read_gift(tx, gift_id, crm_url)
    await take_all_off(tx, gift_id, now)
    await _queries.delete_gift(tx, id=gift_id)
    await LOG.announce(
        tx,
        "gift.deleted",
        gift_id,
        now,
        version=was["version"] + 1,
        key_id=was["contact_id"],
        data=told(image),
    )


async def _read(
    tx: Tx, gift_id: int, body: GiftReplacementBody, now: datetime, *, parts_max: int
) -> tuple[dict[str, Any], list[FieldError]]:
    """The element of `crm_code.entered_gift`, and what is broken that can be seen without the database."""
    was = found(await _queries.as_it_is(tx, id=gift_id), "gift", gift_id)
    (view,) = await records(tx, [gift_id])
    home = tx.organization
    entry = Entry(
        home.currency,
        local_day(now, home.time_zone),
        parts_max,
        await fields_of(tx, "Gift"),
        default_project_id=await default_project_of(tx),
        custom_was=was["custom_values"],
    )
    make = fixed_row if was["is_sent"] or was["reverses_id"] is not None else revised_row
    row = {**make(entry, body, was, view), "of_gift": gift_id}
    return row, [*entry.errors, *await broken_in_extras(tx, {"": body}, gift_id)]


async def _problems_of(tx: Tx, row: Mapping[str, Any]) -> list[FieldError]:
    rows = await _queries.problems_of_entries(tx, gifts=encode_json([row]).decode())
    return [FieldError(**each) for found_ in rows for each in rows_of(found_["problems"])]


async def _patched(tx: Tx, patches: Sequence[Patch]) -> tuple[list[dict[str, Any]], list[FieldError]]:
    """Each gift as it is to be, and everything that is broken."""
    ids = [patch.gift_id for patch in patches]
    rows = {row["id"]: row for row in await _queries.patchable(tx, ids=ids)}
    fields = await fields_of(tx, "Gift")
    errors = [*_misnamed(patches, rows)]
    named = [segment_id for patch in patches if (segment_id := patch.said.get("segment_id")) is not None]
    segments = {row["id"]: row["code"] for row in await _queries.segment_codes(tx, ids=named)}
    wanted = [
        {
            **_patch(patch, rows[patch.gift_id], fields, errors),
            "segment_code": _segment(patch, rows[patch.gift_id], segments, errors),
        }
        for patch in patches
        if patch.gift_id in rows
    ]
    return wanted, errors


def _misnamed(patches: Sequence[Patch], rows: Mapping[int, Any]) -> Iterator[FieldError]:
    """Elements that name no gift, or one that is named before."""
    seen: set[int] = set()
    for patch in patches:
        if patch.gift_id not in rows:
            yield FieldError(f"[{patch.place}].id", "UNKNOWN", f"There is no gift {patch.gift_id}.")
        elif patch.gift_id in seen:
            text = f"Gift {patch.gift_id} is named twice: say all that changes of it at once."
            yield FieldError(f"[{patch.place}].id", "INCONSISTENT", text)
        seen.add(patch.gift_id)


def _segment(patch: Patch, was: Any, segments: Mapping[int, str], errors: list[FieldError]) -> str | None:
    """The code of the segment that a gift answers to from now on."""
    if "segment_id" not in patch.said:
        code: str | None = was["segment_code"]
        return code
    segment_id = patch.said["segment_id"]
    if segment_id is not None and segment_id not in segments:
        text = f"There is no segment with the id {segment_id}."
        errors.append(FieldError(f"[{patch.place}].segmentId", "UNKNOWN", text))
    return segments.get(segment_id)


def _patch(patch: Patch, was: Any, fields: Fields, errors: list[FieldError]) -> dict[str, Any]:
    said, at, details = patch.said, f"[{patch.place}].", _decode(was["details"])
    values, notes = was["custom_values"], was["notes"]
    if "receipt_date_utc" in said:
        day = read_day(f"{at}receiptDateUtc", said["receipt_date_utc"], errors)
        details.pop("receipt_date", None)
        details |= {} if day is None else {"receipt_date": day_text(day)}
    if "notes" in said:
        notes = (said["notes"] or "").strip() or None
    if "custom_fields" in said:
        own, keeps = said["custom_fields"], said["custom_fields"] is not None
        values = fields.written(own, errors, was=values, keeps=keeps, at=f"{at}customFields")
    return {
        "id": patch.gift_id,
        "notes": notes,
        "details": details,
        "custom_values": msgspec.Raw(values.encode()),
    }
