"""Batches of gifts as giving's writer hands them to the database: whole, in one call, in an order of the test's choice."""

from __future__ import annotations

import json
from typing import Any

from almoner.kernel.text import fold
from almoner.platform.database import Tx


def new_gift(
    minor: int, *, email: str | None = None, key: str | None = None, **fields: Any
) -> dict[str, Any]:
    """A sound element of `giving_code.give`'s array: its donor by e-mail, by source key, or by both."""
    plain = {
        "currency": "USD",
        "gift_on": "2025-06-01",
        "is_test_mode": False,
        "is_anonymous": False,
        "payment_type": "Cash",
        "gateway": "none",
        "transaction_id": "none",
    }
    donor = {
        "email": email,
        "email_key": fold(email) if email else None,
        "donor_source_system": None if key is None else "ledger",
        "donor_source_key": key,
        "first_name": "Kim",
        "last_name": "Example",
        "is_organization": False,
    }
    return {"amount_minor": minor, "projects": [{"minor": minor}], **plain, **donor, **fields}


async def give_batch(tx: Tx, *gifts: dict[str, Any]) -> list[Any]:
    """Write the gifts in one call; its rows, in the order of the gifts. All must be taken."""
    body = json.dumps([{"ord": n, **gift} for n, gift in enumerate(gifts)])
    rows = await tx.conn.fetch(
        "SELECT * FROM giving_code.give($1, $2) ORDER BY ord", tx.organization_id, body
    )
    assert {row["outcome"] for row in rows} == {"created"}, rows
    return list(rows)
