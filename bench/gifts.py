"""Gifts for the CRM's loading door: the same contacts, projects and fields, as the API's JSON and as plain rows."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.crowd import CONTACTS
from bench.prepare import Prepared, execute, value

SOURCE = "Bench"
PROJECTS, ROOTS = 200, 20
"""Projects that gifts go to; each beyond the first `ROOTS` is below one of those."""

_PROJECTS = """
INSERT INTO crm.project (organization_id, name, project_code, code_key, created_at, modified_at, version)
SELECT {org}, 'Project ' || n, 'L' || n, 'l' || n, now(), now(), 1 FROM generate_series(1, {projects}) n
"""
_PARENTS = """
UPDATE crm.project p SET parent_id = r.id FROM crm.project r
WHERE p.organization_id = {org} AND r.organization_id = {org} AND substr(p.project_code, 2)::int > {roots} AND p.project_code LIKE 'L%'
    AND r.project_code = 'L' || 1 + substr(p.project_code, 2)::int % {roots}
"""
_ANCESTORS = """
INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
SELECT {org}, p.id, a.id FROM crm.project p CROSS JOIN LATERAL (VALUES (p.id), (p.parent_id)) AS a (id)
WHERE p.organization_id = {org} AND p.project_code LIKE 'L%' AND a.id IS NOT NULL
"""
_CAMPAIGN = """
WITH c AS (INSERT INTO crm.campaign (organization_id, name, created_at, modified_at, version) VALUES ({org}, 'Bench', now(), now(), 1)
    RETURNING id)
INSERT INTO crm.campaign_project (organization_id, campaign_id, project_id, from_on)
SELECT {org}, c.id, p.id, '2020-01-01' FROM c CROSS JOIN crm.project p
WHERE p.organization_id = {org} AND p.parent_id IS NULL AND p.project_code LIKE 'L%'
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """A gift to be: one part, or two of different projects."""

    contact_id: int
    source_id: str
    gift_type: str
    gift_on: date
    parts: tuple[tuple[str, int], ...]
    batch: str
    notes: str | None

    @property
    def amount_minor(self) -> int:
        """The whole gift in cents."""
        return sum(minor for _, minor in self.parts)


def fill(at: Prepared, contacts: int) -> int:
    """Write contacts and a tree of projects by plain SQL; the id of the first contact. Those of a call have consecutive ids."""
    names = {"org": at.organization_id, "contacts": contacts, "projects": PROJECTS, "roots": ROOTS}
    for statement in (CONTACTS, _PROJECTS, _PARENTS, _ANCESTORS):
        execute(at.dsn, statement.format(**names))
    execute(at.dsn, "VACUUM (ANALYZE)")
    first = f"SELECT min(id) FROM crm.contact WHERE organization_id = {at.organization_id} AND name LIKE '%Number%'"
    return int(value(at.dsn, first))


def wishes(seed: int, first_contact: int, contacts: int) -> Iterator[Wish]:
    """Endless gifts of three years, each under a key of its own; three in ten have two parts."""
    chance = random.Random(seed)
    number = 0
    while True:
        number += 1
        codes = [
            f"L{project}"
            for project in chance.sample(range(1, PROJECTS + 1), 2 if chance.random() < 0.3 else 1)
        ]
        yield Wish(
            contact_id=first_contact + chance.randrange(contacts),
            source_id=f"{seed}-{number}",
            gift_type=chance.choice(("Cash", "Check", "Credit", "EFT")),
            gift_on=date(2023, 1, 1) + timedelta(chance.randrange(1000)),
            parts=tuple((code, chance.randrange(100, 50_000)) for code in codes),
            batch=f"B{number // 500}",
            notes="Given in thanks." if chance.random() < 0.2 else None,
        )


def document(wish: Wish) -> dict[str, Any]:
    """A gift as the API takes it."""
    return {
        "contactId": wish.contact_id,
        "amount": wish.amount_minor / 100,
        "giftDate": wish.gift_on.isoformat(),
        "giftType": wish.gift_type,
        "transactionSource": SOURCE,
        "transactionId": wish.source_id,
        "batch": wish.batch,
        "notes": wish.notes,
        "giftDesignations": [
            {"projectCode": code, "amountDesignated": minor / 100} for code, minor in wish.parts
        ],
    }


def text(batch: list[Wish]) -> bytes:
    """Gifts as one JSON list."""
    return json.dumps([document(wish) for wish in batch], separators=(",", ":")).encode()
