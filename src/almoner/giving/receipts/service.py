"""Read receipts and letters; void, reissue and send again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec

from almoner.giving.gifts.split import day_of
from almoner.giving.receipts.errors import NoAddress, ReceiptNotDue, ReceiptNotInForce
from almoner.giving.receipts.issuing import issue
from almoner.giving.receipts.paper import Sheet, logo_of
from almoner.giving.receipts.rules import (
    Cause,
    Facts,
    LetterState,
    Plan,
    ReceiptState,
    Void,
    number_text,
    why_none,
)
from almoner.giving.receipts.views import (
    AcknowledgementView,
    LetterView,
    ReceiptView,
    letter_view,
    receipt_view,
)
from almoner.giving.receipts.waiting import waiting
from almoner.kernel.choices import one_of
from almoner.kernel.clock import Clock, local_day
from almoner.kernel.errors import FieldError, Invalid, found, only, refused_by
from almoner.kernel.paging import Page, Paging
from almoner.kernel.text import clean
from almoner.kernel.wire import day_text
from almoner.platform.database import Tx, load_queries, read_page
from almoner.platform.mailboxes import NotAMailbox, mailbox_key
from almoner.platform.telling import read_rows, tell_rows

_queries = load_queries(__file__)

SORTS = {"id": "id", "number": "year, number", "date": "issued_at", "amount": "amount_minor"}
LETTER_SORTS = {"id": "id", "date": "created_at", "state": "state"}
TROUBLES_SHOWN = 50
_ERASED = "The donor was erased: nothing is left that a letter could say. Download the receipt."


class Trouble(msgspec.Struct, frozen=True):
    """What did not come to be: of a gift that has no receipt, a letter that was not sent, or a round of statements that stands still."""

    gift_id: int | None
    receipt_id: int | None
    number: str | None
    letter_id: int | None
    kind: str
    reason: str
    at: datetime


async def records(tx: Tx, ids: Sequence[int]) -> list[ReceiptView]:
    """Receipts in the order of `ids`; unknown ids are left out. The one read of receipts."""
    rows = await read_rows(_queries.records, tx, ids)
    return await tell_rows("giving.receipt", rows, ids, receipt_view, ReceiptView)


async def read_receipt(tx: Tx, receipt_id: int) -> ReceiptView:
    """One receipt; `NotFound` when this organization has none with this id."""
    return only(await records(tx, [receipt_id]), "receipt", receipt_id)


async def list_receipts(
    tx: Tx,
    paging: Paging,
    *,
    gift_id: int | None = None,
    donor_id: int | None = None,
    year: int | None = None,
    state: str | None = None,
) -> Page[ReceiptView]:
    """A page of receipts, of one gift, donor, year of issue or state where these are named, and how many there are."""
    chosen = one_of("state", state, ReceiptState)
    return await read_page(
        tx, _queries.chosen, paging, records, gift_id=gift_id, donor_id=donor_id, year=year, state=chosen
    )


async def letters(tx: Tx, ids: Sequence[int]) -> list[LetterView]:
    """Letters in the order of `ids`; unknown ids are left out."""
    rows = await read_rows(_queries.letters, tx, ids)
    return await tell_rows("giving.donor_letter", rows, ids, letter_view, LetterView)


async def list_letters(
    tx: Tx, paging: Paging, *, state: str | None = None, receipt_id: int | None = None
) -> Page[LetterView]:
    """A page of letters, in one state or about one receipt where these are named, and how many there are."""
    chosen = one_of("state", state, LetterState)
    return await read_page(tx, _queries.chosen_letters, paging, letters, state=chosen, receipt_id=receipt_id)


async def sheet_of_receipt(tx: Tx, receipt_id: int) -> tuple[str, Sheet]:
    """The number of a receipt and what its PDF says, as it was said then; one that holds no more is marked so."""
    row = only(await read_rows(_queries.records, tx, [receipt_id]), "receipt", receipt_id)
    paper = msgspec.json.decode(row["said"])["paper"]
    void = row["reason"] if row["state"] == ReceiptState.VOID else None
    return receipt_view(row).number, Sheet(paper, await logo_of(tx, paper), row["issued_at"], void)


async def issue_for_gift(tx: Tx, gift_id: int, now: datetime, mail_from: str) -> ReceiptView:
    """Write the receipt of a gift that has none, whatever the settings say. `ReceiptNotDue` says why it can have none."""

    why: str | None = "It cannot be read."

    def decide(facts: Facts) -> Plan:
        nonlocal why
        why = why_none(facts)
        return Plan(None, why is None)

    found(await _queries.to_acknowledge(tx, id=gift_id), "gift", gift_id)
    if not await _issued(tx, gift_id, now, mail_from, decide):
        raise ReceiptNotDue(f"Gift {gift_id} can have no receipt now. {why}")
    page = await list_receipts(tx, Paging(0, 1, SORTS["id"], descending=True), gift_id=gift_id)
    return page.items[0]


async def void_receipt(
    tx: Tx, receipt_id: int, reason: str, now: datetime, mail_from: str, *, reissue: bool
) -> ReceiptView:
    """Void a receipt, and write another of what its gift is now if `reissue`: answers with that, or with the voided one."""
    words = _checked_reason(reason)
    receipt = await read_receipt(tx, receipt_id)

    def decide(facts: Facts) -> Plan:
        if facts.former is None or facts.former.id != receipt_id or not facts.former.is_in_force:
            return Plan(None, False)
        return Plan(Void(Cause.ASKED, words), reissue and facts.amount_minor > 0)

    if not await _issued(tx, receipt.gift_id, now, mail_from, decide):
        raise ReceiptNotInForce(f"Receipt {receipt.number} is void already.")
    after = await read_receipt(tx, receipt_id)
    return after if after.replaced_by_id is None else await read_receipt(tx, after.replaced_by_id)


async def broken_in_void(said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `void_receipt` refuses."""
    return refused_by(_checked_reason, said.get("reason"))


async def broken_in_address(said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `resend` refuses."""
    return refused_by(_mailbox, said.get("email"))


async def resend(tx: Tx, receipt_id: int, email: str | None, now: datetime) -> LetterView:
    """Send a receipt again, to its donor or to `email`; `NoAddress` when there is neither. A void one is not sent, and one that waits not twice."""
    receipt = await _in_force(tx, receipt_id)
    donors = await _queries.donors(tx, ids=[receipt.donor_id])
    address = _mailbox(email) or (donors[0]["email"] if donors else None)
    if address is None:
        raise NoAddress("The donor has no e-mail address: name one, or download the receipt.")
    letter = await _queries.waiting_letter(
        tx, kind="receipt", receipt_id=receipt_id, statement_id=None, address=address
    ) or await _queries.add_letter(tx, id=receipt_id, address=address, now=now)
    if letter is None:
        raise NoAddress(_ERASED)
    return (await letters(tx, [letter]))[0]


async def resend_letter(tx: Tx, letter_id: int, email: str | None, now: datetime) -> LetterView:
    """Send a letter again as it was written, to the same address or to `email`; answers with the letter that goes, which may wait already.

    `NoAddress` of an erased donor's, `ReceiptNotInForce` of one that brings a receipt which is void.
    """
    said = only(await letters(tx, [letter_id]), "letter", letter_id)
    if not said.address:
        raise NoAddress(_ERASED)
    if said.kind == "receipt" and said.receipt_id is not None:
        await _in_force(tx, said.receipt_id)
    address = _mailbox(email) or said.address
    letter = await _queries.waiting_letter(
        tx, kind=said.kind, receipt_id=said.receipt_id, statement_id=said.statement_id, address=address
    ) or await _queries.send_again(tx, id=letter_id, address=address, now=now)
    if letter is None:
        raise NoAddress(_ERASED)
    return (await letters(tx, [letter]))[0]


async def _in_force(tx: Tx, receipt_id: int) -> ReceiptView:
    receipt = await read_receipt(tx, receipt_id)
    if receipt.state != ReceiptState.ISSUED:
        raise ReceiptNotInForce(f"Receipt {receipt.number} holds no more: send the one that took its place.")
    return receipt


async def troubles(tx: Tx) -> list[Trouble]:
    """What needs somebody, the latest first, at most `TROUBLES_SHOWN` of each kind; before that letters that were tried and wait, as one, and rounds
    of statements that stand still.
    """
    gifts = [
        Trouble(row["gift_id"], None, None, None, "gift", row["reason"], row["noted_at"])
        for row in await _queries.troubles(tx, most=TROUBLES_SHOWN)
    ]
    unsent = [
        Trouble(
            row["gift_id"], row["receipt_id"], None if row["number"] is None else number_text(row["year"], row["number"]),
            row["id"], row["kind"], row["reason"], row["modified_at"],
        )
        for row in await _queries.unsent(tx, most=TROUBLES_SHOWN)
    ]  # fmt: skip
    rounds = [
        Trouble(None, None, None, None, "round", f"Statements of {row['year']}: {row['trouble']}", row["modified_at"])
        for row in await _queries.stuck_runs(tx)
    ]  # fmt: skip
    return [*await _put_off(tx), *rounds, *gifts, *unsent]


async def _put_off(tx: Tx) -> list[Trouble]:
    found = await waiting(tx)
    if found.reason is None or found.letters_since is None:
        return []
    count = f"{found.letters:,} letters wait" if found.letters > 1 else "1 letter waits"
    return [
        Trouble(None, None, None, None, "waiting", f"{count} to be sent: {found.reason}", found.letters_since)
    ]


async def letter_counts(tx: Tx) -> dict[str, int]:
    """How many letters are in each state but `sent`."""
    return {row["state"]: row["letters"] for row in await _queries.letter_counts(tx)}


async def acknowledge(
    tx: Tx, gift_id: int, said: Mapping[str, Any], name: str, now: datetime
) -> AcknowledgementView:
    """Keep that a gift was thanked for, by whom (`name`) and when; said again, the later word counts. `NotFound` without the gift."""
    day = await _acknowledged_on(tx, gift_id, said, now)
    await _queries.acknowledge(tx, id=gift_id, day=day, name=name, note=clean(said["note"]), now=now)
    return await read_acknowledgement(tx, gift_id)


async def broken_in_acknowledgement(
    tx: Tx, gift_id: int, said: Mapping[str, Any], clock: Clock
) -> tuple[FieldError, ...]:
    """Every field of `said` that `acknowledge` refuses. `NotFound` as there."""
    try:
        await _acknowledged_on(tx, gift_id, said, clock.now())
    except Invalid as refused:
        return refused.fields
    return ()


async def _acknowledged_on(tx: Tx, gift_id: int, said: Mapping[str, Any], now: datetime) -> date:
    gift = found(await _queries.to_acknowledge(tx, id=gift_id), "gift", gift_id)
    errors: list[FieldError] = []
    day = day_of(said.get("date"), local_day(now, tx.organization.time_zone), errors)
    if gift["gift_on"] is not None and day < gift["gift_on"]:
        errors.append(FieldError("date", "OUT_OF_RANGE", "A gift is not thanked for before it is given."))
    if errors:
        raise Invalid("The acknowledgement is not valid.", fields=tuple(errors))
    return day


async def read_acknowledgement(tx: Tx, gift_id: int) -> AcknowledgementView:
    """That a gift was thanked for; `NotFound` when nobody said so."""
    row = found(await _queries.acknowledgement(tx, gift_id=gift_id), "acknowledgement of gift", gift_id)
    on: date = row["acknowledged_on"]
    return AcknowledgementView(
        gift_id=gift_id, date=day_text(on), acknowledged_by=row["acknowledged_by"], note=row["note"]
    )


async def _issued(tx: Tx, gift_id: int, now: datetime, mail_from: str, decide: Any) -> int:
    try:
        return await issue(tx, [gift_id], now, mail_from, decide)
    except asyncpg.SerializationError:
        raise ReceiptNotInForce("Somebody else changed the receipt at this moment. Look again.") from None


def _checked_reason(reason: str | None) -> str:
    words = clean(reason)
    if words is None:
        raise Invalid.field("reason", "REQUIRED", "Say why the receipt is not to hold any more.")
    return words


def _mailbox(email: str | None) -> str | None:
    address = clean(email)
    if address is not None:
        try:
            mailbox_key(address)
        except NotAMailbox as error:
            raise Invalid.field("email", "INVALID", str(error)) from None
    return address
