"""Whole pages for somebody signed in: with the sign of what needs them in the header, and word of what a button did."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from almoner.console.access import local_path, signed_in
from almoner.console.rendering import LiveRegion, render, show
from almoner.console.words import counted
from almoner.platform.database import Tx
from almoner.platform.http import Reply, Request, redirect
from almoner.sync.triage import service as triage
from almoner.sync.triage.service import Attention

SAID = {
    "refunded": "The refund went.",
    "not-refundable": "That cannot go back: the amount must be a number above zero, and no more than is left of the gift.",
    "refund-in-the-way": "It cannot be refunded now: the payment is disputed, was taken by a processor that this server does not reach, or the form was used before.",
    "refund-refused": "The processor refused the refund; what went back of the gift says why. Nothing went.",
    "refund-unconfirmed": "The processor did not answer. The amount is reserved, and the refund is looked for by itself.",
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
    "no-name": "A name is needed. Nothing was changed.",
}
"""What became of a button, by the word that the address of the next page carries."""

SIGN_SECONDS = 5


async def show_page(request: Request, tx: Tx, template: str, *, title: str, **values: Any) -> Reply:
    """A page with how much needs somebody in its header, and what the button did that led here."""
    sign = needs_sign(await triage.attention(tx)) if signed_in(request).may("sync:read") else None
    said = SAID.get(request.query.get("said", ""), "")
    return show(request, template, title=title, needs=sign, live=True, said=said, **values)


def needs_sign(found: Attention) -> LiveRegion:
    """The link in the header to what needs somebody, with how many gifts do, or donors where no gift waits for them."""
    number = f"{found.gifts or found.donors:,}{'+' if found.is_more else ''}"
    inner = render("needs/sign.html", number=number, needs=needs_text(found))
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
