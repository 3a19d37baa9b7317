"""What an organization says on its receipts: read, and changed once every text of it has been tried."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from almoner.giving.receipts.defaults import NAMES
from almoner.giving.receipts.letters import (
    Sayings,
    is_html,
    receipt_said,
    receipt_values,
    statement_values,
    values_for,
)
from almoner.giving.receipts.paper import PRESS
from almoner.giving.receipts.rules import Facts, Former, Part, Person, Sum
from almoner.giving.receipts.words import locale_of
from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import clean, did_you_mean
from almoner.platform.database import Tx, load_queries
from almoner.platform.mailboxes import NotAMailbox, mailbox_key
from almoner.platform.templating import TemplateRefused, check_template

_queries = load_queries(__file__)

LOGO_MAX = 65_536
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""How a PNG and a JPEG begin."""
SINGLE = (
    "locale", "sender_name", "sender_email", "reply_to", "legal_name", "address", "tax_id", "signer_name", "signer_title",
)  # fmt: skip


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """An organization's own words and choices, as stored; one that has said nothing has these."""

    is_automatic: bool = True
    includes_imported: bool = False
    starts_at: datetime | None = None
    locale: str | None = None
    sender_name: str | None = None
    sender_email: str | None = None
    reply_to: str | None = None
    legal_name: str | None = None
    address: str | None = None
    tax_id: str | None = None
    signer_name: str | None = None
    signer_title: str | None = None
    templates: Mapping[str, str] = {}
    logo: str | None = None

    def sayings(self, name: str, culture: str, mail_from: str) -> Sayings:
        """The same as receipts need it, of an organization of this name and language; `mail_from` is the address of who names none."""
        return Sayings(
            name=self.legal_name or name,
            address=self.address or "",
            tax_id=self.tax_id or "",
            sender_name=self.sender_name or "",
            sender=self.sender_email or mail_from or "receipts@localhost",
            reply_to=self.reply_to,
            signer_name=self.signer_name or "",
            signer_title=self.signer_title or "",
            locale=self.locale,
            culture=culture,
            templates=self.templates,
            logo=self.logo,
        )


async def read_setting(tx: Tx) -> Setting:
    """What the organization says and chose."""
    row = await _queries.setting(tx)
    if row is None:
        return Setting()
    said = {name: row[name] for name in Setting.__struct_fields__ if name != "templates"}
    return Setting(**said, templates=msgspec.json.decode(row["templates"], type=dict[str, str]))


async def sayings_of(tx: Tx, setting: Setting, mail_from: str) -> Sayings:
    """The same as receipts need it."""
    return setting.sayings(tx.organization.name, tx.organization.culture, mail_from)


async def change_setting(tx: Tx, said: Mapping[str, Any], now: datetime) -> Setting:
    """Change what is `said`; `Invalid` names each field that cannot be kept, of a text with the line and what to write instead."""
    was = await read_setting(tx)
    row, logo = checked(said, was, tx.organization.name, tx.organization.culture)
    if logo is not None:
        await _queries.add_logo(tx, digest=row["logo"], content=logo, now=now)
    if row:
        texts = (
            {**row, "templates": msgspec.json.encode(row["templates"]).decode()}
            if "templates" in row
            else row
        )
        await _queries.add_setting(tx, row={"is_automatic": was.is_automatic}, now=now)
        await _queries.change_setting(tx, row=texts, now=now)
    return await read_setting(tx)


async def broken_in_setting(tx: Tx, said: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Every field of `said` that `change_setting` refuses."""
    try:
        checked(said, await read_setting(tx), tx.organization.name, tx.organization.culture)
    except Invalid as refused:
        return refused.fields
    return ()


def checked(
    said: Mapping[str, Any], was: Setting, name: str, culture: str
) -> tuple[dict[str, Any], bytes | None]:
    """The columns to write of what is `said`, and a new picture; `Invalid` names every field that is broken."""
    errors: list[FieldError] = []
    row: dict[str, Any] = {key: clean(said[key]) for key in SINGLE if key in said}
    row |= {key: said[key] for key in ("is_automatic", "includes_imported") if said.get(key) is not None}
    if row.get("locale") is not None and locale_of(row["locale"]) is None:
        errors.append(
            FieldError("locale", "UNKNOWN", "Nobody knows this language. Write one like `en-US` or `de-CH`.")
        )
    for key, field in (("sender_email", "senderEmail"), ("reply_to", "replyTo")):
        if row.get(key) is not None:
            _check_mailbox(row[key], field, errors)
    logo = _logo(said, row, errors)
    if said.get("templates") is not None:
        row["templates"] = _texts(said["templates"], was, errors)
    if "templates" in row:
        written = msgspec.structs.replace(was, **{key: value for key, value in row.items() if key != "logo"})
        _try_texts(written.sayings(name, culture, ""), row["templates"], errors)
    if errors:
        raise Invalid("What receipts are to say is not valid.", fields=tuple(errors))
    return row, logo


def _check_mailbox(address: str, field: str, errors: list[FieldError]) -> None:
    try:
        mailbox_key(address)
    except NotAMailbox as error:
        errors.append(FieldError(field, "INVALID", str(error)))


def _logo(said: Mapping[str, Any], row: dict[str, Any], errors: list[FieldError]) -> bytes | None:
    """The picture that is said; its name goes into `row`, null takes it away."""
    if "logo" not in said:
        return None
    if said["logo"] is None:
        row["logo"] = None
        return None
    try:
        content = b64decode(said["logo"], validate=True)
    except (NotBase64, ValueError):
        content = b""
    if not content.startswith(PICTURES) or len(content) > LOGO_MAX or not _can_be_printed(content):
        words = f"A logo is a PNG or JPEG of at most {LOGO_MAX // 1024} KiB; over the API, in base64."
        errors.append(FieldError("logo", "INVALID", words))
        return None
    row["logo"] = hashlib.sha256(content).hexdigest()
    return content


def _can_be_printed(logo: bytes) -> bool:
    said, _ = receipt_said(Sayings(name="x"), SAMPLES[0], "2026-000001", date(2026, 1, 1))
    try:
        PRESS.print_now({**said["paper"], "logo": list(logo)}, datetime(2026, 1, 1, tzinfo=UTC))
    except ValueError:
        return False
    return True


_ALL_TEXTS = f" There are: {', '.join(NAMES)}."


def _texts(said: Mapping[str, str | None], was: Setting, errors: list[FieldError]) -> dict[str, str]:
    """The texts as they would be kept: those of before with what is said; null, or an empty one, brings the default back."""
    errors += [
        FieldError(
            f"templates.{key[:60]}",
            "UNKNOWN",
            f"There is no such text.{did_you_mean(key, NAMES) or _ALL_TEXTS}",
        )
        for key in said
        if key not in NAMES
    ]
    merged = {**was.templates, **{key: (text or "").strip() for key, text in said.items()}}
    return {key: text for key, text in merged.items() if text and key in NAMES}


def _try_texts(sayings: Sayings, texts: Mapping[str, str], errors: list[FieldError]) -> None:
    """Fill every text in with samples: what fails with one of them is refused now, and not when a receipt is due."""
    today = date(2026, 11, 30)
    receipts = [receipt_values(sayings, facts, "2026-000123", today) for facts in SAMPLES]
    sums: Sequence[Sequence[Sum]] = (
        (Sum("USD", 12_345, 10_000),),
        (Sum("EUR", 1, 0), Sum("JPY", 5, None, 5), Sum("USD", 9, 4, 5)),
        (),
    )
    statements = [statement_values(sayings, SAMPLES[0].donor, 2026, one, today) for one in sums]
    for key, text in texts.items():
        if key.startswith("label_"):
            if len(text) > 60:
                errors.append(
                    FieldError(f"templates.{key}", "TOO_LONG", "A word on paper has at most 60 letters.")
                )
            continue
        samples = [values_for(key, *pair) for pair in zip(receipts, statements, strict=True)]
        try:
            check_template(text, samples, is_html=is_html(key))
        except TemplateRefused as refused:
            errors.append(FieldError(f"templates.{key}", "INVALID", str(refused)))


def _sample(**more: Any) -> Facts:
    ada = Person(
        id=1,
        email="ada@example.org",
        name="Dr. Ada Example",
        title="Dr.",
        first_name="Ada",
        last_name="Example",
        address=("1 Main St",),
    )
    plain: dict[str, Any] = {
        "gift_id": 1, "donor": ada, "currency": "USD", "gift_on": date(2026, 11, 30), "received_at": datetime(2026, 11, 30, tzinfo=UTC),
        "is_test_mode": False, "is_imported": False, "parts": (Part(1, "General Fund", 5_000, True),), "premium_minor": 0,
        "premium_currency": "USD", "former": None,
    }  # fmt: skip
    return Facts(**{**plain, **more})


_NOBODY = Person(id=2, email=None, name="", title=None, first_name=None, last_name=None, address=())
SAMPLES = (
    _sample(),
    _sample(
        donor=_NOBODY,
        currency="JPY",
        parts=(Part(1, "General Fund", 3_000, True), Part(2, "<Gala> & more", 2_000, False)),
        premium_minor=1_000,
        premium_currency="JPY",
        former=Former(1, "2026-000122", 2, True, None, {}),
    ),
    _sample(premium_minor=1_000, premium_currency="EUR"),
)
"""What texts are tried with: a plain gift, and one of somebody without a name, split, with something in return, receipted before, and one
with something in return that is worth nobody knows what."""
