"""Many gifts of the CRM at once, written by plain SQL: what queries are measured over."""

from __future__ import annotations

from dataclasses import dataclass

from bench.prepare import Prepared, execute

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
_GIFTS = """
WITH p AS (SELECT array_agg(id ORDER BY id) AS ids FROM crm.project WHERE organization_id = {org} AND project_code LIKE 'P%'
        AND project_code <> 'POPULAR'),
    k AS (SELECT min(id) FILTER (WHERE project_code = 'POPULAR') AS popular, min(id) FILTER (WHERE project_code = 'RARE') AS rare
        FROM crm.project WHERE organization_id = {org}),
    c AS (SELECT min(id) AS first FROM crm.contact WHERE organization_id = {org} AND name LIKE '%Number%')
INSERT INTO crm.gift (organization_id, id, contact_id, gift_type, gift_on, amount_minor, currency, designation_ids,
    designation_project_ids, designation_minor, transaction_source, transaction_id, batch, segment_code, notes, is_private,
    created_at, modified_at, version)
SELECT {org}, nextval('crm.gift_id_seq'), c.first + (n::bigint * 7919) % {contacts}, (ARRAY['Credit','Check','EFT','Cash'])[1 + n % 4],
    date '2022-01-01' + (n::bigint * 1500 / {gifts})::int, s.amount, 'USD',
    CASE WHEN n % 10 < 3 THEN ARRAY[nextval('crm.gift_designation_id_seq'), nextval('crm.gift_designation_id_seq')]
        ELSE ARRAY[nextval('crm.gift_designation_id_seq')] END,
    CASE WHEN n % 10 < 3 THEN ARRAY[s.project, p.ids[1 + (n::bigint * 31) % cardinality(p.ids)]] ELSE ARRAY[s.project] END,
    CASE WHEN n % 10 < 3 THEN ARRAY[s.amount - 100, 100] ELSE ARRAY[s.amount] END,
    'Bench', n::text, CASE WHEN n % 2 = 0 THEN 'B' || n / 500 END, CASE WHEN n % 5 = 0 THEN 'S' || n % 400 END,
    CASE WHEN n % 50 = 0 THEN 'Thank you for number ' || n END, n % 20 = 0,
    timestamptz '2022-01-01' + n * interval '2 minutes', timestamptz '2022-01-01' + n * interval '2 minutes', 1
FROM generate_series(1, {gifts}) n CROSS JOIN p CROSS JOIN k CROSS JOIN c CROSS JOIN LATERAL (SELECT 200 + (n::bigint * 7919) % 50000 AS amount,
    CASE WHEN n % ({gifts} / 10) = 0 THEN k.rare WHEN n % 2 = 0 THEN k.popular
        ELSE p.ids[1 + (n::bigint * 13) % cardinality(p.ids)] END AS project) s
"""


_TALLY = """
INSERT INTO crm.designation_tally (organization_id, project_id, slot, designation_count)
SELECT organization_id, project_id, 0, count(*) FROM crm.designation WHERE organization_id = {org} GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many gifts and contacts there are."""

    at: Prepared
    gifts: int
    contacts: int


def fill(at: Prepared, gifts: int) -> Crowd:
    """Write so many gifts of a fifth as many contacts; of kept figures those alone that queries read."""
    contacts = max(100, gifts // 5)
    names = {"org": at.organization_id, "gifts": gifts, "contacts": contacts}
    for statement in (CONTACTS, _PROJECTS, _GIFTS, _TALLY):
        execute(at.dsn, statement.format(**names))
    execute(at.dsn, "VACUUM (ANALYZE)")
    return Crowd(at, gifts, contacts)
