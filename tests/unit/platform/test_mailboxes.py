"""Two addresses are one person's only when they are one mailbox's; what no mailbox can have is refused with the reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from almoner.platform import mailboxes
from almoner.platform.mailboxes import NotAMailbox, address_key, mailbox_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.org", "Ada@Example.ORG"),
        (" ada@example.org ", "ada@example.org"),
        ("jos\u00e9@example.org", "jose\u0301@example.org"),
        ("JOS\u00c9@example.org", "jos\u00e9@example.org"),
        ("x@b\u00fccher.example.org", "X@xn--bcher-kva.EXAMPLE.org"),
        ("x@B\u00dcCHER.example.org", "x@b\u00fccher.example.org"),
        ("x@\uff46\uff4f\uff4c\uff44.org", "x@fold.org"),
        ("x@example\u3002org", "x@example.org"),
    ],
    ids=[
        "case",
        "blanks",
        "accents",
        "case of accents",
        "IDNA",
        "IDNA in capitals",
        "wide domain",
        "wide dot",
    ],
)
def test_ways_to_write_one_mailbox(one: str, other: str) -> None:
    assert mailbox_key(one) == mailbox_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("strasse@fold.org", "stra\u00dfe@fold.org"),
        ("fi@fold.org", "\ufb01@fold.org"),
        ("ada@fold.org", "\uff41da@fold.org"),
        ("ada@fold.org", "\u0430da@fold.org"),
        ("x@strasse.example.org", "x@stra\u00dfe.example.org"),
        ("ada+gifts@fold.org", "ada@fold.org"),
        ("a.da@fold.org", "ada@fold.org"),
        ("i@fold.org", "\u0131@fold.org"),
    ],
    ids=["sharp s", "ligature", "wide letter", "Cyrillic", "sharp s of a domain", "tag", "dot", "dotless i"],
)
def test_two_mailboxes(one: str, other: str) -> None:
    assert mailbox_key(one) != mailbox_key(other)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("a@@b.c", "invalid characters: '@'"),
        ("a@b..c", "two periods in a row"),
        ("a..b@c.d", "two periods in a row"),
        (".a@c.d", "cannot start with a period"),
        ("a,b@c.d", "before the @-sign: ','"),
        ('"@x.y', "must have an @-sign"),
        ("ada", "must have an @-sign"),
        ("a b@c.d", "before the @-sign: SPACE"),
        ("a\u200bb@c.de", "ZERO WIDTH SPACE"),
        ("a\u202eb@c.de", "RIGHT-TO-LEFT OVERRIDE"),
        ("a@c\u00add.de", "SOFT HYPHEN"),
        ("\u212aate@fold.org", "KELVIN SIGN where K is meant"),
        ("a@localhost", "should have a period"),
        ("a@b.invalid", "reserved name"),
        ("a@1.2.3.4", "top-level domain"),
        ("a@-b.de", "hyphen"),
        ("a" * 65 + "@b.de", "too long before the @-sign"),
        ("a@" + ".".join(["b" * 60] * 5), "longer than 254"),
        ("a@" + "b" * 64 + ".de", "1 character too many"),
        ("", "must have an @-sign"),
    ],
)
def test_what_no_mailbox_can_have(address: str, why: str) -> None:
    with pytest.raises(NotAMailbox, match=why):
        mailbox_key(address)


def outcome(look: Callable[[str], str], address: str) -> str | None:
    """The key, or None when no mailbox can have the address."""
    try:
        return look(address)
    except NotAMailbox:
        return None


ENDS = st.sampled_from(
    ["org", "Example.ORG", "de", "c0m", "x1", "invalid", "sub.Local", "test", "onion", "arpa"]
)
LABELS = st.lists(st.text("aZ0-_xn\u00fc", min_size=1, max_size=65), max_size=6).map(".".join)


@given(st.text("aZ9.+-_'!/ \u00e9", min_size=1, max_size=66), LABELS, ENDS)
def test_the_quick_look_says_what_the_long_one_says(local: str, labels: str, end: str) -> None:
    address = f"{local.strip()}@{labels}{'.' * bool(labels)}{end}"
    assert outcome(mailbox_key, address) == outcome(mailboxes._looked_at, address)


@given(st.emails() | st.builds("{}@example.org".format, st.text(min_size=1, max_size=20)))
def test_a_key_is_the_key_of_its_mailbox(address: str) -> None:
    try:
        key = mailbox_key(address)
    except NotAMailbox:
        assume(False)
    assert mailbox_key(key) == key == address_key(address)
    assert unicodedata.is_normalized("NFC", key)


ODD = st.text("a@.\u212a\u037e\u1fef\u00e9\u00df ", max_size=12).map("{}@fold.org".format) | st.text(
    max_size=60
)


@given(ODD)
def test_what_no_mailbox_can_have_has_the_key_of_none(text: str) -> None:
    assume(outcome(mailbox_key, text) is None)
    assert outcome(mailbox_key, address_key(text)) is None


@pytest.mark.parametrize("sign", ["\u212a", "\u037e", "\u1fef"], ids=["kelvin", "question mark", "varia"])
def test_a_sign_that_is_normalized_to_a_plain_one_takes_nobody_s_place(sign: str) -> None:
    plain = unicodedata.normalize("NFC", sign)
    assert address_key(f"{sign}ate@fold.org") != address_key(f"{plain}ate@fold.org")
