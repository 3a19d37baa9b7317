"""The cheapest SQL that a careful person would write to load gifts: COPY, then a statement for each table and each figure."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from typing import Any

import asyncpg

from bench.gifts import SOURCE, Wish, wishes
from bench.peers.connect import crm_arguments, measure, session_settings
from bench.sample import Sample, closed_loop

_COLUMNS = ("n", "contact_id", "source_id", "gift_type", "gift_on", "codes", "minor", "batch", "notes")

_INCOMING = """
CREATE TEMP TABLE incoming (n int, contact_id bigint, source_id text, gift_type text, gift_on date, codes text[], minor bigint[],
    batch text, notes text) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE placed (id bigint, contact_id bigint, source_id text, gift_type text, gift_on date, year smallint, amount bigint,
    ids bigint[], projects bigint[], minor bigint[], batch text, notes text) ON COMMIT DELETE ROWS;
"""
_LOCK = """
SELECT count(*) FROM (SELECT c.id FROM crm.contact c WHERE c.organization_id = $1 AND c.id IN (SELECT contact_id FROM incoming)
    AND NOT c.is_archived ORDER BY c.id FOR NO KEY UPDATE) c
"""
_PLACE = """
INSERT INTO placed
SELECT nextval('crm.gift_id_seq'), p.contact_id, p.source_id, p.gift_type, p.gift_on, extract(year FROM p.gift_on), p.amount, p.ids, p.projects,
    p.minor, p.batch, p.notes
FROM (SELECT s.n, any_value(s.contact_id) AS contact_id, any_value(s.source_id) AS source_id, any_value(s.gift_type) AS gift_type,
        any_value(s.gift_on) AS gift_on, any_value(s.minor) AS minor, any_value(s.batch) AS batch, any_value(s.notes) AS notes,
        sum(s.part) AS amount, array_agg(nextval('crm.gift_designation_id_seq') ORDER BY s.place) AS ids,
        array_agg(k.id ORDER BY s.place) AS projects
    FROM (SELECT i.*, x.code, x.part, x.place FROM incoming i
        CROSS JOIN LATERAL unnest(i.codes, i.minor) WITH ORDINALITY AS x (code, part, place)) s
    LEFT JOIN (SELECT id, code_key FROM crm.project WHERE organization_id = $1 AND is_active) k ON k.code_key = lower(s.code)
    GROUP BY s.n HAVING count(k.id) = count(*)) p
WHERE NOT EXISTS (SELECT FROM hand.gift g
    WHERE g.organization_id = $1 AND g.transaction_source = $2 AND g.transaction_id = p.source_id)
ORDER BY p.n
"""
_GIFTS = """
INSERT INTO hand.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency, designation_ids, designation_project_ids,
    designation_minor, transaction_source, transaction_id, batch, notes, created_at, modified_at, version, source_version)
SELECT $1, id, contact_id, gift_type, gift_on, amount, 'USD', ids, projects, minor, $2, source_id, batch, notes, now(), now(), 1, 1 FROM placed
"""
_PARTS = """
INSERT INTO hand.designation (organization_id, id, gift_id, ordinal, project_id, amount_minor, currency, gift_on, created_at)
SELECT $1, s.id, p.id, s.n, s.project, s.minor, 'USD', p.gift_on, now()
FROM placed p CROSS JOIN LATERAL unnest(p.ids, p.projects, p.minor) WITH ORDINALITY AS s (id, project, minor, n)
"""
_CONTACTS = """
INSERT INTO hand.contact_giving AS t (organization_id, contact_id, currency, year, gift_count, given_minor)
SELECT $1, contact_id, 'USD', year, count(*), sum(amount) FROM placed GROUP BY contact_id, year
ON CONFLICT (organization_id, contact_id, currency, year) DO UPDATE
SET gift_count = t.gift_count + excluded.gift_count, given_minor = t.given_minor + excluded.given_minor
"""
_PROJECTS = """
WITH part AS (
    SELECT a.ancestor_id, y.year, p.id, p.contact_id, s.minor
    FROM placed p CROSS JOIN LATERAL unnest(p.projects, p.minor) AS s (project, minor)
    JOIN crm.project_ancestor a ON a.organization_id = $1 AND a.project_id = s.project
    CROSS JOIN LATERAL (VALUES (0::smallint), (p.year)) AS y (year)
), giver AS (
    SELECT d.ancestor_id, d.year, count(*) AS n FROM (
        SELECT ancestor_id, year, contact_id FROM part
        EXCEPT
        SELECT a.ancestor_id, y.year, g.contact_id
        FROM (SELECT DISTINCT contact_id FROM placed) c
        CROSS JOIN LATERAL (SELECT g.contact_id, extract(year FROM g.gift_on)::smallint AS year, g.designation_project_ids FROM hand.gift g
            WHERE g.organization_id = $1 AND g.contact_id = c.contact_id AND g.id < (SELECT min(id) FROM placed) OFFSET 0) g
        CROSS JOIN LATERAL unnest(g.designation_project_ids) AS s (project)
        JOIN crm.project_ancestor a ON a.organization_id = $1 AND a.project_id = s.project
        CROSS JOIN LATERAL (VALUES (0::smallint), (g.year)) AS y (year)) d
    GROUP BY d.ancestor_id, d.year
)
INSERT INTO hand.project_giving AS t (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
SELECT $1, x.ancestor_id, 'USD', x.year, $2, x.minor, x.gifts, coalesce(g.n, 0)
FROM (SELECT ancestor_id, year, sum(minor) AS minor, count(DISTINCT id) AS gifts FROM part GROUP BY 1, 2) x
LEFT JOIN giver g USING (ancestor_id, year) ORDER BY 2, 4
ON CONFLICT (organization_id, project_id, currency, year, slot) DO UPDATE SET given_minor = t.given_minor + excluded.given_minor,
    gift_count = t.gift_count + excluded.gift_count, giver_count = t.giver_count + excluded.giver_count
"""
_COUNTS = """
INSERT INTO hand.designation_tally AS t (organization_id, project_id, slot, designation_count)
SELECT $1, s.project, $2, count(*) FROM placed p CROSS JOIN LATERAL unnest(p.projects) AS s (project) GROUP BY 2 ORDER BY 2
ON CONFLICT (organization_id, project_id, slot) DO UPDATE SET designation_count = t.designation_count + excluded.designation_count
"""
_TALLY = """
INSERT INTO hand.tally AS t (organization_id, currency, slot, gift_count, given_minor, entered_count, entered_minor)
SELECT $1, 'USD', $2, count(*), sum(amount), count(*), sum(amount) FROM placed
ON CONFLICT (organization_id, currency, slot) DO UPDATE SET gift_count = t.gift_count + excluded.gift_count,
    given_minor = t.given_minor + excluded.given_minor, entered_count = t.entered_count + excluded.entered_count,
    entered_minor = t.entered_minor + excluded.entered_minor
"""
_EVENTS = """
INSERT INTO hand.event (organization_id, part, key_id, kind, record_id, happened_at)
SELECT $1, platform.event_part($1, contact_id), contact_id, 'gift.created', id, now() FROM placed ORDER BY id
"""


async def load(conn: asyncpg.Connection[Any], organization_id: int, batch: Sequence[Wish], slot: int) -> None:
    """Write gifts in one transaction; `RuntimeError` when one names what is not there or is here already. Writers at once have different slots."""
    rows = [_row(n, wish) for n, wish in enumerate(batch)]
    async with conn.transaction():
        await conn.copy_records_to_table("incoming", records=rows, columns=_COLUMNS)
        known = await conn.fetchval(_LOCK, organization_id)
        done = await conn.execute(_PLACE, organization_id, SOURCE)
        if known != len({wish.contact_id for wish in batch}) or done != f"INSERT 0 {len(batch)}":
            raise RuntimeError("a gift names what is not there, or is here already")
        await conn.execute(_GIFTS, organization_id, SOURCE)
        await conn.execute(_PARTS, organization_id)
        await conn.execute(_CONTACTS, organization_id)
        for figures in (_PROJECTS, _COUNTS, _TALLY):
            await conn.execute(figures, organization_id, slot)
        await conn.execute(_EVENTS, organization_id)


async def connect(dsn: str, organization_id: int) -> asyncpg.Connection[Any]:
    """A connection of the owner that can `load`: the application's role may make no tables, not even temporary ones."""
    settings = session_settings(organization_id)
    del settings["role"]
    conn = await asyncpg.connect(dsn, server_settings=settings)
    await conn.execute(_INCOMING)
    return conn


def _row(n: int, wish: Wish) -> tuple[object, ...]:
    codes, minor = zip(*wish.parts, strict=True)
    return (
        n,
        wish.contact_id,
        wish.source_id,
        wish.gift_type,
        wish.gift_on,
        codes,
        minor,
        wish.batch,
        wish.notes,
    )


async def run(given: argparse.Namespace) -> Sample:
    """Load `batch` gifts a transaction over as many connections as there are callers."""
    conns = [await connect(given.dsn, given.organization) for _ in range(given.callers)]
    source, free = wishes(given.seed, given.first_contact, given.contacts), list(enumerate(conns))

    async def act() -> int:
        slot, conn = free.pop()
        try:
            await load(conn, given.organization, list(islice(source, given.batch)), slot)
        finally:
            free.append((slot, conn))
        return given.batch

    try:
        return await closed_loop(given.callers, given.warm_up, given.seconds, act)
    finally:
        for conn in conns:
            await conn.close()


if __name__ == "__main__":
    measure(run, crm_arguments())
