"""Whole pages for somebody signed in: with the sign of what needs them in the header, and word of what a button did."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from almoner.console.access import local_path, signed_in
from almoner.console.pressing import Pressing, read_pressing
from almoner.console.rendering import LiveRegion, render, show
from almoner.console.words import counted
from almoner.platform.database import Tx
from almoner.platform.http import Reply, Request, redirect
from almoner.sync.triage import service as triage
from almoner.sync.triage.service import Attention

SAID = {
    "refunded": "The refund went.",
    "refund-asked": "The refund is asked for. The processor has not said yet that it went; what becomes of it stands under What went back.",
    "refund-form-used": "Nothing was sent: this form sent another refund before, which stands under What went back. Open the form anew for a further one.",
    "refund-refused": "The processor refused the refund: What went back says why. Nothing went.",
    "refund-unconfirmed": "The processor has not answered yet, so nobody knows whether the refund went. Its amount is reserved, and it is looked for by itself.",
    "refund-waits": "Nothing was sent: another refund of this gift is asked for, and it is not known yet whether it went. Wait until it is.",
    "project": "The project is in the CRM and takes gifts. What waited for it follows by itself, within seconds.",
    "no-project": "Giving has no project with this code. Nothing was changed.",
    "resumed": "The campaign's sync is on: gifts go from now on, and changes that waited for it within seconds.",
    "retried": "It is tried again now.",
    "settled": "There was nothing left to try again: it is settled, or on its way already.",
    "linked": "The donor is linked to that contact. The donor's gifts follow within seconds.",
    "forgotten": "The key is forgotten. The sync finds the donor's contact by address and name, or makes it, within seconds.",
    "unconfirmed": "Nothing was changed: the two have neither address nor last name in common. Say that they are one, then link them.",
    "overtaken": "Nothing was changed: somebody else gave the donor another key meanwhile. Look at it as it is now.",
    "confirmed": "The link is found right, and is not asked about again.",
    "taken-back": "The link is taken back. Which contact the donor is now stands here within seconds.",
    "no-link": "There was no such link to take back: it is taken back, or was replaced.",
    "no-contact": "There is no contact with this id in the CRM. Nothing was changed.",
    "named": "The donor has a name now. The donor's gifts follow within seconds.",
    "has-name": "Nothing was changed: the donor has a name by now.",
    "long-name": "Nothing was changed: a last name has at most 75 letters. Shorten it.",
    "receipt-queued": "It is sent within seconds.",
    "receipt-unsendable": "Nothing was sent: the donor has no e-mail address, or the receipt holds no more.",
    "receipt-issued": "The receipt is written, and sent where the donor has an address.",
    "receipt-not-due": "Nothing was written: the gift has a receipt, was given back, is a test, or cannot be read.",
    "receipt-reissued": "The receipt holds no more. Another takes its place where anything is left of the gift.",
    "receipt-void-already": "Nothing was changed: the receipt was void already.",
    "receipt-no-reason": "Say why the receipt is not to hold. Nothing was changed.",
    "no-name": "A name is needed. Nothing was changed.",
}
"""What became of a button, by the word that the address of the next page carries."""

WRONG = frozenset(
    {
        "refund-form-used", "refund-refused", "refund-unconfirmed", "refund-waits", "no-project", "unconfirmed", "overtaken", "no-link",
        "no-contact", "has-name", "long-name", "receipt-unsendable", "receipt-not-due", "receipt-no-reason", "no-name",
    }
)  # fmt: skip
"""Those of the words that say what was not done: they stand out."""

SIGN_SECONDS = 5


async def show_page(request: Request, tx: Tx, template: str, *, title: str, **values: Any) -> Reply:
    """A page with how much needs somebody in its header, and what the button did that led here."""
    may, word = signed_in(request).may, request.query.get("said", "")
    pressing = await pressing_of(request, tx)
    sign = needs_sign(await triage.attention(tx), pressing) if may("sync:read") else None
    shown: dict[str, Any] = {
        "needs": sign,
        "live": True,
        "said": SAID.get(word, ""),
        "is_wrong": word in WRONG,
    }
    failed = 0 if pressing is None else pressing.receipts
    return show(request, template, title=title, receipts_failed=failed, **shown, **values)


async def pressing_of(request: Request, tx: Tx) -> Pressing | None:
    """What needs the visitor beside what failed on its way to the CRM; None for who may not read gifts."""
    return await read_pressing(tx, signed_in(request).at) if signed_in(request).may("gift:read") else None


def needs_sign(found: Attention, pressing: Pressing | None) -> LiveRegion:
    """The link in the header to what needs somebody, with how many gifts do, or donors where no gift waits for them, and how many other things."""
    others = [] if pressing is None else [line for line, _, _ in pressing.lines]
    whole = (found.gifts or found.donors) + (0 if pressing is None else pressing.number)
    number = f"{whole:,}{'+' if found.is_more else ''}"
    needs = "; ".join(text for text in (needs_text(found), *others) if text)
    inner = render("needs/sign.html", number=number, needs=needs)
    return LiveRegion("needs-sign", "/console/needs-you/sign", SIGN_SECONDS, inner)


def needs_text(found: Attention) -> str:
    """`1 gift needs you`; empty when nothing does."""
    number, noun = (found.gifts, "gift") if found.gifts else (found.donors, "donor")
    if not number:
        return ""
    more = "at least " if found.is_more else ""
    return f"{more}{counted(number, noun)} need{'s' if number == 1 else ''} you"


async def go_back(request: Request, said: str) -> Reply:
    """After a button: the page it stood on, which says what became of it."""
    target = local_path((await request.form()).get("returnTo", ""))
    return redirect(f"{target}{'&' if '?' in target else '?'}{urlencode({'said': said})}")
