"""What Stripe's objects mean here, by the public shapes of its events."""

from __future__ import annotations

import json
import tarfile
from datetime import UTC, datetime
from typing import Any

import pytest

from almoner.giving.stripe import rules
from tests.support.fec import REAL_DATA

SHAPES = REAL_DATA / "reconcile" / "stripe-webhook-events.tar.gz"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def events() -> dict[str, Any]:
    """One event of each kind, as others have published them."""
    if not SHAPES.exists():
        pytest.skip(f"{SHAPES} is not there")
    with tarfile.open(SHAPES) as archive:
        files = [archive.extractfile(member) for member in archive if member.name.endswith(".json")]
        told = [json.load(file) for file in files if file is not None]
    return {event["type"]: event for event in told if event.get("object") == "event"}


def test_every_published_event_is_understood_as_far_as_it_is_kept(events: dict[str, Any]) -> None:
    assert len(events) > 50
    for kind, event in events.items():
        notice = rules.notice_of(event)
        assert (notice.kind, notice.event_id) == (kind, event["id"])
        if rules.topic_of(kind) in ("payment", "intent"):
            assert notice.payment_id, kind
    heard = {kind for kind in events if rules.topic_of(kind)}
    assert {
        "charge.refunded",
        "charge.dispute.created",
        "refund.failed",
        "payment_intent.payment_failed",
    } <= heard


def test_published_refunds_and_disputes_become_words(events: dict[str, Any]) -> None:
    for kind, event in events.items():
        about = event["data"]["object"]
        if about["object"] == "refund":
            words = [*rules.refund_words(about, NOW)]
            assert words[0].amount_minor == about["amount"] and words[0].currency == about["currency"].upper()
            assert ("failed" in {word.state for word in words}) == (about["status"] == "failed"), kind
        if about["object"] == "dispute":
            words = [*rules.dispute_words(about, NOW)]
            assert (words[0].state if words else None) == (
                None if "warning" in about["status"] else "open"
            ), kind


@pytest.mark.parametrize(
    ("status", "states"),
    [
        ("needs_response", ["open"]),
        ("under_review", ["open"]),
        ("won", ["open", "won"]),
        ("lost", ["open", "lost"]),
        ("warning_needs_response", []),
        ("warning_closed", []),
    ],
)
def test_an_inquiry_takes_no_money_and_a_dispute_does(status: str, states: list[str]) -> None:
    told = {
        "id": "dp_1",
        "payment_intent": "pi_1",
        "status": status,
        "amount": 5,
        "currency": "usd",
        "created": 1,
        "reason": "x",
    }
    assert [word.state for word in rules.dispute_words(told, NOW)] == states


def test_a_refund_of_what_was_called_off_says_nothing() -> None:
    told = {
        "id": "re_1",
        "payment_intent": "pi_1",
        "status": "succeeded",
        "amount": 5,
        "currency": "usd",
        "created": 1,
    }
    assert [*rules.refund_words({**told, "metadata": {rules.CALLED_OFF: "true"}}, NOW)] == []
    (word,) = rules.refund_words({**told, "metadata": {rules.KEY: "no uuid"}}, NOW)
    assert (word.state, word.gateway_key) == ("done", None)
