"""Many gifts of the CRM at once, with what hangs on them, written by plain SQL: what queries and sweeps are measured over.

Sets of whole tables, without triggers and before the indexes of gifts: what triggers would derive is written beside. That takes a tenth of
the time that gifts take with them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.givers import GIVERS
from bench.prepare import Prepared, execute, value

POPULAR, RARE = "POPULAR", "RARE"
"""Codes of the project with half of all first designations, and of the one with ten."""

CONTACTS = """
INSERT INTO crm.contact (organization_id, name, contact_type, created_at, modified_at, version)
SELECT {org}, (ARRAY['Ada','Grace','Alan','Edsger','Barbara'])[1 + n % 5] || ' Number' || n,
    (ARRAY['Household','Household','Organization'])[1 + n % 3], now() - n % 900 * interval '1 day', now(), 1
FROM generate_series(1, {contacts}) n
"""
_PROJECTS = """
INSERT INTO crm.project (organization_id, name, project_code, code_key, parent_id, created_at, modified_at, version)
SELECT {org}, 'Project ' || n, 'P' || n, 'p' || n, NULL::bigint, now(), now(), 1 FROM generate_series(1, 198) n
UNION ALL SELECT {org}, 'Popular', 'POPULAR', 'popular', NULL::bigint, now(), now(), 1
UNION ALL SELECT {org}, 'Rare', 'RARE', 'rare', NULL::bigint, now(), now(), 1
"""
_CAMPAIGNS = """
INSERT INTO crm.campaign (organization_id, name, starts_at, ends_at, steps, is_archived, created_at, modified_at)
SELECT {org}, 'Campaign ' || n, '2022-01-01', '2026-01-01', '{{}}', false, now(), now() FROM generate_series(1, 200) n
"""
_COMMUNICATIONS = """
INSERT INTO crm.communication (organization_id, campaign_id, name, channel_type, created_at, modified_at)
SELECT c.organization_id, c.id, 'Letter of ' || c.name, 'Mail', now(), now() FROM crm.campaign c WHERE c.organization_id = {org}
"""
_SEGMENTS = """
INSERT INTO crm.segment (organization_id, communication_id, name, code, code_key, package_code, created_at, modified_at)
SELECT m.organization_id, m.id, 'Segment ' || s.n, 'S' || s.n, 's' || s.n, 'PKG' || s.n % 7, now(), now()
FROM (SELECT m.*, row_number() OVER (ORDER BY m.id) AS ord FROM crm.communication m WHERE m.organization_id = {org}) m
CROSS JOIN LATERAL (SELECT 5 * (m.ord - 1) AS n) s
"""
_FIELDS = """
INSERT INTO crm.custom_field (organization_id, record_type, name, display_name, data_type, options, is_required, is_archived,
    created_at, modified_at)
SELECT {org}, 'Gift', f.name, f.name, f.type, f.options::text[], false, false, now(), now()
FROM (VALUES ('Appeal', 'Text', '{{}}'), ('Colour', 'List', '{{Red,Blue}}')) AS f (name, type, options)
"""
_GIFTS = """
WITH p AS (SELECT array_agg(id ORDER BY id) AS ids FROM crm.project WHERE organization_id = {org} AND project_code LIKE 'P%'
        AND project_code <> 'POPULAR'),
    k AS (SELECT min(id) FILTER (WHERE project_code = 'POPULAR') AS popular, min(id) FILTER (WHERE project_code = 'RARE') AS rare
        FROM crm.project WHERE organization_id = {org}),
    f AS (SELECT min(id::text) FILTER (WHERE name = 'Appeal') AS appeal, min(id::text) FILTER (WHERE name = 'Colour') AS colour
        FROM crm.custom_field WHERE organization_id = {org}),
    c AS (SELECT min(id) AS first FROM crm.contact WHERE organization_id = {org} AND name LIKE '%Number%')
INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency, designation_ids,
    designation_project_ids, designation_minor, transaction_source, transaction_id, batch, segment_code, segment_id, notes, is_private,
    custom_values, created_at, modified_at, version)
SELECT {org}, nextval('crm.gift_id_seq'), c.first + (n::bigint * 7919) % {contacts}, (ARRAY['Credit','Check','EFT','Cash'])[1 + n % 4],
    date '2022-01-01' + (n::bigint * 1500 / {gifts})::int, s.amount, 'USD',
    CASE WHEN n % 10 < 3 THEN ARRAY[nextval('crm.gift_designation_id_seq'), nextval('crm.gift_designation_id_seq')]
        ELSE ARRAY[nextval('crm.gift_designation_id_seq')] END,
    CASE WHEN n % 10 < 3 THEN ARRAY[s.project, p.ids[1 + (n::bigint * 31) % cardinality(p.ids)]] ELSE ARRAY[s.project] END,
    CASE WHEN n % 10 < 3 THEN ARRAY[s.amount - 100, 100] ELSE ARRAY[s.amount] END,
    'Bench', n::text, CASE WHEN n % 2 = 0 THEN 'B' || n / 500 END, CASE WHEN n % 5 = 0 THEN 'S' || n % 1000 END,
    CASE WHEN n % 5 = 0 THEN e.first + n % 1000 / 5 END,
    CASE WHEN n % 50 = 0 THEN 'Thank you for number ' || n END, n % 20 = 0,
    CASE WHEN n % 10 = 0 THEN jsonb_build_object(f.appeal, 'appeal ' || n / 500, f.colour, (ARRAY['Red', 'Blue'])[1 + n / 10 % 2])
        ELSE '{{}}' END,
    timestamptz '2022-01-01' + n * interval '2 minutes', timestamptz '2022-01-01' + n * interval '2 minutes', 1
FROM generate_series(1, {gifts}) n CROSS JOIN p CROSS JOIN k CROSS JOIN c CROSS JOIN f
CROSS JOIN (SELECT min(id) AS first FROM crm.segment WHERE organization_id = {org}) e
CROSS JOIN LATERAL (SELECT 200 + (n::bigint * 7919) % 50000 AS amount,
    CASE WHEN n % ({gifts} / 10) = 0 THEN k.rare WHEN n % 2 = 0 THEN k.popular
        ELSE p.ids[1 + (n::bigint * 13) % cardinality(p.ids)] END AS project) s
"""
_DESIGNATIONS = """
INSERT INTO crm.designation (organization_id, id, gift_id, ordinal, project_id, amount_minor, currency, gift_on, created_at)
SELECT g.organization_id, s.id, g.id, s.n, s.project_id, s.minor, g.currency, g.gift_on, g.created_at
FROM crm.gift g CROSS JOIN LATERAL unnest(g.designation_ids, g.designation_project_ids, g.designation_minor)
    WITH ORDINALITY AS s (id, project_id, minor, n)
WHERE g.organization_id = {org}
"""
_PARTS = """
INSERT INTO crm.campaign_part (organization_id, gift_id, campaign_id, by_segment, contact_id, currency, gift_on, amount_minor, gift_count,
    giver_count)
SELECT g.organization_id, g.id, m.campaign_id, true, g.contact_id, g.currency, g.gift_on, g.amount_minor, 1, 0
FROM crm.gift g JOIN crm.segment s ON s.organization_id = {org} AND s.id = g.segment_id
JOIN crm.communication m ON m.organization_id = {org} AND m.id = s.communication_id
WHERE g.organization_id = {org}
"""
_TALLY = """
INSERT INTO crm.designation_tally (organization_id, project_id, slot, designation_count)
SELECT organization_id, project_id, 0, count(*) FROM crm.designation WHERE organization_id = {org} GROUP BY 1, 2
"""
_TRIBUTES = """
INSERT INTO crm.tribute (organization_id, tribute_type, first_name, last_name, city, state, created_at, modified_at)
SELECT {org}, 'InMemoryOf', 'Mary', 'Loved' || n, 'Springfield', 'IL', now(), now() FROM generate_series(1, 1000) n
"""
_GIFT_TRIBUTES = """
INSERT INTO crm.gift_tribute (organization_id, gift_id, tribute_id, tribute_type)
SELECT {org}, g.id, t.first + g.id / 100 % 1000, 'InMemoryOf'
FROM crm.gift g CROSS JOIN (SELECT min(id) AS first FROM crm.tribute WHERE organization_id = {org}) t
WHERE g.organization_id = {org} AND g.id % 100 = 0
"""
_PREMIUMS = """
INSERT INTO crm.premium (organization_id, name, code, code_key, currency, price_minor, fair_market_value_minor, cost_minor,
    inventory_count, is_active, created_at, modified_at)
SELECT {org}, 'Mug ' || n, 'MUG' || n, 'mug' || n, 'USD', 500, 500, 300, 1000000, true, now(), now() FROM generate_series(1, 500) n
"""
_GIFT_PREMIUMS = """
INSERT INTO crm.gift_premium (organization_id, gift_id, premium_id, quantity, currency, fair_market_value_minor)
SELECT {org}, g.id, p.first + g.id / 200 % 500, 1, 'USD', 500
FROM crm.gift g CROSS JOIN (SELECT min(id) AS first FROM crm.premium WHERE organization_id = {org}) p
WHERE g.organization_id = {org} AND g.id % 200 = 0
"""
_SCHEDULES = """
INSERT INTO crm.recurring_gift (organization_id, contact_id, frequency, started_on, next_expected_on, amount_minor, currency,
    designation_project_ids, designation_minor, is_private, track_payments, first_open_on, is_own, version, created_at, modified_at)
SELECT {org}, c.first + n % {contacts}, 'Monthly', date '2025-01-01' + n % 600, date '2025-01-01' + n % 600, 2500, 'USD',
    ARRAY[p.id], ARRAY[2500], false, n % 4 > 0, CASE WHEN n % 4 > 0 THEN date '2025-01-01' + n % 600 END, true, 1, timestamptz '2022-01-01' + n * interval '2 minutes', now()
FROM generate_series(1, {promises}) n
CROSS JOIN (SELECT min(id) AS first FROM crm.contact WHERE organization_id = {org} AND name LIKE '%Number%') c
CROSS JOIN (SELECT min(id) AS id FROM crm.project WHERE organization_id = {org}) p
"""
_PAYMENTS = """
INSERT INTO crm.recurring_gift_payment (organization_id, recurring_gift_id, expected_on, expected_minor, is_expected)
SELECT k.organization_id, k.id, (k.next_expected_on + m * interval '1 month')::date, k.amount_minor, true
FROM crm.recurring_gift k CROSS JOIN generate_series(0, 2) m WHERE k.organization_id = {org} AND k.track_payments
"""
_PLEDGES = """
INSERT INTO crm.pledge (organization_id, contact_id, pledged_minor, currency, frequency, pledged_on, is_private, first_open_on,
    created_at, modified_at)
SELECT {org}, c.first + n * 3 % {contacts}, 10000 + n % 100000, 'USD', 'Monthly', date '2025-01-01' + n % 600, false,
    date '2025-01-01' + n % 600 + 30, timestamptz '2022-01-01' + n * interval '2 minutes', now()
FROM generate_series(1, {promises}) n
CROSS JOIN (SELECT min(id) AS first FROM crm.contact WHERE organization_id = {org} AND name LIKE '%Number%') c
"""
_PLANS = """
INSERT INTO crm.pledge_payment (organization_id, pledge_id, ordinal, expected_on, expected_minor)
SELECT k.organization_id, k.id, m, k.pledged_on + 30 * m, CASE m WHEN 1 THEN k.pledged_minor / 2 ELSE k.pledged_minor - k.pledged_minor / 2 END
FROM crm.pledge k CROSS JOIN generate_series(1, 2) m WHERE k.organization_id = {org}
"""
_APPLIED = """
INSERT INTO crm.applied_gift (organization_id, gift_id, pledge_id, pledge_payment_id, currency, counted_minor)
SELECT g.organization_id, g.id, e.pledge_id, e.id, 'USD', e.expected_minor
FROM crm.gift g JOIN crm.pledge_payment e ON e.organization_id = {org} AND e.ordinal = 1 AND e.pledge_id * 50 = g.id
WHERE g.organization_id = {org} AND g.id % 50 = 0
"""
_PAID = """
UPDATE crm.pledge k SET paid_minor = a.counted_minor, first_open_on = k.pledged_on + 60
FROM crm.applied_gift a WHERE a.organization_id = {org} AND k.organization_id = {org} AND a.pledge_id = k.id
"""
_STEPS = {
    "people, projects, campaigns, fields": (CONTACTS, _PROJECTS, _CAMPAIGNS, _COMMUNICATIONS, _SEGMENTS, _FIELDS),
    "gifts": (_GIFTS,),
    "designations and campaigns of gifts": (_DESIGNATIONS, _TALLY, _PARTS),
    "tributes and premiums": (_TRIBUTES, _GIFT_TRIBUTES, _PREMIUMS, _GIFT_PREMIUMS),
    "schedules and pledges": (_SCHEDULES, _PAYMENTS, _PLEDGES, _PLANS, _APPLIED, _PAID),
    "donors and gifts of giving": GIVERS,
}  # fmt: skip
_INDEXES = """
SELECT coalesce(json_agg(json_build_array(i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid))), '[]')::text FROM pg_index i
WHERE i.indrelid IN ('crm.gift'::regclass, 'crm.designation'::regclass, 'giving.gift'::regclass, 'giving.donor'::regclass) AND NOT i.indisunique
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many gifts and contacts there are, and how long it took to write them."""

    at: Prepared
    gifts: int
    contacts: int
    seconds: float


def fill(at: Prepared, gifts: int) -> Crowd:
    """Write so many gifts, in either product, of a fifth as many contacts, a tenth as many schedules and as many pledges; of kept figures those alone that queries read.

    How long each part took is printed.
    """
    contacts = max(100, gifts // 5)
    names = {
        "org": at.organization_id,
        "gifts": gifts,
        "contacts": contacts,
        "donors": contacts,
        "promises": max(100, gifts // 10),
    }
    began = time.perf_counter()
    indexes = json.loads(value(at.dsn, _INDEXES))
    _run(at, "indexes away", [f"DROP INDEX {name}" for name, _ in indexes])
    for what, statements in _STEPS.items():
        plain = [f"SET session_replication_role = replica; {text.format(**names)}" for text in statements]
        _run(at, what, [*plain, "ANALYZE"])
    quick = "SET maintenance_work_mem = '512MB'; "
    _run(at, "indexes back", [quick + definition for _, definition in indexes])
    _run(at, "vacuum", ["VACUUM (ANALYZE)"])
    return Crowd(at, gifts, contacts, time.perf_counter() - began)


def _run(at: Prepared, what: str, statements: Sequence[str]) -> None:
    marked = time.perf_counter()
    for statement in statements:
        execute(at.dsn, statement)
    print(f"filled: {what}, {time.perf_counter() - marked:.0f} s", flush=True)
