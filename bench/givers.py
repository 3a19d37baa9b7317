"""Many donors and gifts of giving at once, written by plain SQL beside a crowd of the CRM: what its lists, queries and search are measured over."""

from __future__ import annotations

from collections.abc import Sequence

_FIRST = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Grace",
    "Henry",
    "Iris",
    "Jack",
    "Kate",
    "Liam",
    "Maria",
    "Noah",
    "Olga",
    "Paul",
    "Quinn",
    "Rosa",
    "Sam",
    "Tessa",
    "Uma",
    "Victor",
    "Wendy",
    "Xaver",
    "Yara",
    "Zoë",
]
_ENDS = [
    "man",
    "son",
    "berg",
    "field",
    "ton",
    "ley",
    "wood",
    "smith",
    "well",
    "ford",
    "stein",
    "ham",
    "worth",
    "land",
    "ström",
    "mann",
    "ski",
    "dóttir",
    "ez",
    "ini",
]
_STARTS = [
    "Al",
    "Bar",
    "Cal",
    "Dun",
    "El",
    "Fa",
    "Gold",
    "Har",
    "In",
    "Jor",
    "Kel",
    "Lin",
    "Mar",
    "Nor",
    "Ol",
    "Pem",
    "Quin",
    "Ros",
    "Stan",
    "Tho",
    "Ul",
    "Van",
    "Wil",
    "Xan",
    "Yor",
    "Zim",
]
_STATES = [
    "Alabama",
    "California",
    "Florida",
    "Georgia",
    "Illinois",
    "Indiana",
    "Massachusetts",
    "Michigan",
    "Ohio",
    "Oregon",
    "Texas",
    "Virginia",
    "Washington",
]


def _of(words: Sequence[str], number: str) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{quoted}])[1 + ({number})::bigint % {len(words)}]"


_DONORS = f"""
INSERT INTO giving.donor (organization_id, email, email_key, first_name, last_name, phone, address1, city, state, postal, country,
    crm_key, crm_linked, gift_count, created_at, modified_at)
SELECT {{org}}, lower(m.first || '.' || m.last) || n || '@' || 'mail' || n % 40 || '.example', 'giver' || n || '@bench', m.first, m.last,
    '+1 555 ' || lpad((n::bigint * 7919 % 10000000)::text, 7, '0'), n || ' Main St', 'Springfield',
    {_of(_STATES, "n * 31")}, lpad((n::bigint * 104729 % 100000)::text, 5, '0'), 'US', n, n % 3 > 0, 5,
    timestamptz '2022-01-01' + n * interval '5 minutes', timestamptz '2022-01-01' + n * interval '5 minutes'
FROM generate_series(1, {{donors}}) n
CROSS JOIN LATERAL (SELECT {_of(_FIRST, "n * 7")} AS first,
    {_of(_STARTS, "n / 3")} || {_of(_ENDS, "n / 71")} || {_of(("", "", "er", "s", "a"), "n / 1409")} AS last) m
"""
_GIFTS = """
INSERT INTO giving.gift (organization_id, id, donor_id, amount_minor, currency, project_ids, project_minor, status, gift_on, received_at,
    modified_at, can_sync, payment_type, payment_info, gateway, transaction_id, version)
SELECT {org}, nextval('giving.gift_id_seq'), d.first + n::bigint * 48271 % {donors}, 500 + n::bigint * 7919 % 50000, 'USD',
    ARRAY[p.id], ARRAY[500 + n::bigint * 7919 % 50000], 1, (timestamptz '2022-01-01' + n * m.step)::date,
    timestamptz '2022-01-01' + n * m.step, timestamptz '2022-01-01' + n * m.step, true, 'card', 'Visa x' || lpad((n % 10000)::text, 4, '0'),
    'sandbox', 'ch_bench' || n, 1
FROM generate_series(1, {gifts}) n
CROSS JOIN (SELECT min(id) AS first FROM giving.donor WHERE organization_id = {org} AND email_key LIKE 'giver%@bench') d
CROSS JOIN (SELECT min(id) AS id FROM giving.project WHERE organization_id = {org}) p
CROSS JOIN (SELECT interval '4 years' / {gifts} AS step) m
ORDER BY n
"""
_TALLY = """
INSERT INTO giving.tally (organization_id, campaign_id, currency, slot, gift_count, given_minor, raised_count, raised_minor, giver_count,
    donor_count)
SELECT {org}, 0, 'USD', 0, count(*), sum(amount_minor), count(*), sum(amount_minor), 0, {donors} FROM giving.gift WHERE organization_id = {org}
"""
GIVERS = (_DONORS, _GIFTS, _TALLY)
"""Statements over `org`, `gifts` and `donors`."""
