"""The wire shapes of receipts, letters and statements (an extension)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from almoner.giving.receipts.defaults import LABELS, TEMPLATES
from almoner.giving.receipts.rules import Cause, LetterState, ReceiptState, Sum, number_text
from almoner.giving.receipts.sayings import Setting
from almoner.kernel.money import to_decimal
from almoner.kernel.wire import day_text, utc_text
from almoner.platform.wire import Day, Instant, View, fill, one_of


class ReceiptView(View):
    """A receipt. What it says never changes; it may be voided, and another take its place."""

    id: int
    """The id of the receipt."""
    number: str
    """Its number: the year of issue, and a count that has no gaps."""
    state: ReceiptState
    """Whether it holds."""
    cause: Cause | None
    """Why it holds no more, as a word: `asked` when somebody voided it."""
    reason: str | None
    """The same as a sentence."""
    gift_id: int
    """The gift that it is of."""
    donor_id: int
    """Who gave."""
    currency: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal
    """What was given, less what had gone back then."""
    deductible_amount: Decimal | None
    """How much of it is deductible; null when the donor got something in return whose worth is known in another currency alone."""
    gift_date: Day
    """The organization-local day of the gift."""
    replaces_id: int | None
    """The receipt whose place it took."""
    replaces_number: str | None
    """The number of that receipt."""
    replaced_by_id: int | None
    """The receipt that took its place."""
    letter_id: int | None
    """The latest letter about it; null when none was written."""
    letter_state: LetterState | None
    """How far that letter is."""
    letter_reason: str | None
    """Why that letter was not sent, or not yet."""
    fallback: str | None
    """Which texts of the organization's own could not be used, and why; the defaults stand in."""
    issued_date: Instant
    """When it was issued."""
    voided_date: Instant | None
    """When it was voided."""


def receipt_view(row: Any) -> ReceiptView:
    """A row of the statement `records` as the wire has it."""
    return fill(
        ReceiptView,
        row,
        number=number_text(row["year"], row["number"]),
        amount=to_decimal(row["amount_minor"], row["currency"]),
        deductible_amount=_deductible(row),
        gift_date=day_text(row["gift_on"]),
        replaces_number=None
        if row["old_number"] is None
        else number_text(row["old_year"], row["old_number"]),
        issued_date=utc_text(row["issued_at"]),
        voided_date=_instant(row["voided_at"]),
    )


class LetterView(View):
    """A letter to a donor, and what became of it."""

    id: int
    """The id of the letter."""
    kind: str
    """What it brings: `receipt`, `void` (that one holds no more) or `statement`."""
    receipt_id: int | None
    """The receipt that it is about."""
    statement_id: int | None
    """The statement that it brings."""
    donor_id: int
    """Who it goes to."""
    address: str
    """The address it goes to; empty once the donor was erased."""
    subject: str
    """Its subject."""
    state: LetterState
    """How far it is."""
    reason: str | None
    """Why it was not sent, or not yet."""
    attempts: int
    """How often it was tried."""
    next_attempt_date: Instant | None
    """When it is tried next."""
    created_date: Instant
    """When it was written."""
    sent_date: Instant | None
    """When it was taken: by the mail server, or the folder."""


def letter_view(row: Any) -> LetterView:
    """A row of the statement `letters` as the wire has it."""
    return fill(
        LetterView,
        row,
        subject=msgspec.json.decode(row["content"])["subject"],
        next_attempt_date=_instant(row["due_at"]),
        created_date=utc_text(row["created_at"]),
        sent_date=_instant(row["sent_at"]),
    )


class ReceiptSettingView(View):
    """What receipts of an organization say. `templates` has its own texts, `defaults` those that stand in for the others."""

    is_automatic: bool
    """Whether each gift gets a receipt by itself."""
    includes_imported: bool
    """Whether gifts that were brought over from another system do too."""
    starts_date: Instant | None
    """Gifts from before get none by themselves; null: all do."""
    locale: str | None
    """The language of money and days."""
    sender_name: str | None
    """Who letters come from."""
    sender_email: str | None
    """The address that letters come from."""
    reply_to: str | None
    """The address that answers go to."""
    legal_name: str | None
    """What the organization is called on paper."""
    address: str | None
    """Its postal address."""
    tax_id: str | None
    """Its number with the tax office."""
    signer_name: str | None
    """Who signs."""
    signer_title: str | None
    """What they are."""
    has_logo: bool
    """Whether there is a picture."""
    templates: dict[str, str]
    """Its own texts, by name."""
    defaults: dict[str, str]
    """Every text by name, as it stands where the organization has none of its own."""


def setting_view(setting: Setting) -> ReceiptSettingView:
    """The setting as the wire has it."""
    labels = {f"label_{name}": word for name, word in LABELS.items()}
    return fill(
        ReceiptSettingView,
        setting,
        starts_date=_instant(setting.starts_at),
        has_logo=setting.logo is not None,
        templates=dict(setting.templates),
        defaults={**TEMPLATES, **labels},
    )


class StatementSumView(View):
    """What was given in one currency."""

    currency: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal
    """What was given, net of what went back."""
    deductible_amount: Decimal | None
    """How much of it is deductible, as far as that is known of each gift; null when it is known of none."""


class StatementGiftView(View):
    """One gift of a statement, by its receipt."""

    receipt_number: str
    """The number of its receipt."""
    gift_date: Day
    """The day of the gift."""
    projects: list[str]
    """What it was for."""
    currency: str
    """The currency, by its code in ISO 4217."""
    amount: Decimal
    """What was given, net of what went back."""
    deductible_amount: Decimal | None
    """How much of it is deductible; null when nobody knows, as its receipt says."""


class StatementView(View):
    """The gifts of a donor in a year, by the receipts that hold now."""

    donor_id: int
    """Who gave; of one who was merged, the donor it is now."""
    year: int
    """The year of the gifts, by their organization-local days."""
    sums: list[StatementSumView]
    """The sums, by currency."""
    gifts: list[StatementGiftView]
    """The gifts, the first of the year first, at most 2,000; the sums are of all."""


def statement_view(
    donor_id: int, year: int, sums: Sequence[Sum], rows: Sequence[Mapping[str, Any]]
) -> StatementView:
    """The sums, and the rows of the receipts, of a donor's year as the wire has them."""
    return StatementView(
        donor_id=donor_id,
        year=year,
        sums=[
            StatementSumView(
                currency=one.currency,
                amount=to_decimal(one.minor, one.currency),
                deductible_amount=None
                if one.deductible_minor is None
                else to_decimal(one.deductible_minor, one.currency),
            )
            for one in sums
        ],
        gifts=[
            fill(
                StatementGiftView,
                row,
                receipt_number=row["number_text"],
                gift_date=day_text(row["gift_on"]),
                amount=to_decimal(row["amount_minor"], row["currency"]),
                deductible_amount=_deductible(row),
            )
            for row in rows
        ],
    )


class StatementRunView(View):
    """A round of statements for all donors of a year, and how far it is."""

    id: int
    """The id of the round."""
    year: int
    """The year of the gifts."""
    state: Annotated[str, one_of(("running", "done", "stopped"))]
    """Whether it goes on, is done, or was stopped."""
    is_mailed: bool
    """Whether each donor who has an address gets theirs by mail."""
    mails_again: bool
    """Whether also those get theirs who were sent one with the same sums."""
    donor_count: int
    """How many donors had gifts in the year when it began."""
    done_count: int
    """How many have their statement."""
    failed_count: int
    """For how many none could be made."""
    skipped_count: int
    """How many of those who have theirs were not sent it: one with the same sums was sent to them before, or waits."""
    trouble: str | None
    """Why it could not go on when it was last tried; null when it did."""
    created_date: Instant
    """When it began."""
    modified_date: Instant
    """When it last went on."""


def run_view(row: Any) -> StatementRunView:
    """A row of the table as the wire has it."""
    return fill(
        StatementRunView,
        row,
        created_date=utc_text(row["created_at"]),
        modified_date=utc_text(row["modified_at"]),
    )


class AcknowledgementView(View):
    """That a gift was thanked for."""

    gift_id: int
    """The gift."""
    date: Day
    """The organization-local day."""
    acknowledged_by: str
    """Who said so: a user or a key, by name."""
    note: str | None
    """How, in words."""


def _deductible(row: Any) -> Decimal | None:
    minor = row["deductible_minor"]
    return None if minor is None else to_decimal(minor, row["currency"])


def _instant(value: datetime | None) -> str | None:
    return None if value is None else utc_text(value)
