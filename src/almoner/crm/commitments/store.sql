-- name: examined
-- What gifts say they are applied to, as it is here: null where there is none. `key_id` is the payment's where one is named.
SELECT x.ord, x.n, coalesce(r.id, p.id, a.id, n.id, t.id) AS id, coalesce(rp.id, pp.id) AS payment_id,
    coalesce(r.currency, p.currency, a.currency, n.currency, t.currency) AS currency
FROM jsonb_to_recordset((:links)::jsonb) AS x (ord int, n int, kind text, id bigint, payment_id bigint)
LEFT JOIN crm.recurring_gift_payment rp ON rp.organization_id = :organization_id AND x.kind = 'recurring_gift' AND rp.id = x.payment_id
    AND rp.recurring_gift_id = coalesce(x.id, rp.recurring_gift_id)
LEFT JOIN crm.recurring_gift r ON r.organization_id = :organization_id AND x.kind = 'recurring_gift'
    AND r.id = coalesce(x.id, rp.recurring_gift_id)
LEFT JOIN crm.pledge_payment pp ON pp.organization_id = :organization_id AND x.kind = 'pledge' AND pp.id = x.payment_id
    AND pp.pledge_id = coalesce(x.id, pp.pledge_id)
LEFT JOIN crm.pledge p ON p.organization_id = :organization_id AND x.kind = 'pledge' AND p.id = coalesce(x.id, pp.pledge_id)
LEFT JOIN crm.gift_ask a ON a.organization_id = :organization_id AND x.kind = 'gift_ask' AND a.id = x.id
LEFT JOIN crm.planned_gift n ON n.organization_id = :organization_id AND x.kind = 'planned_gift' AND n.id = x.id
LEFT JOIN crm.grant_award t ON t.organization_id = :organization_id AND x.kind = 'grant_award' AND t.id = x.id;

-- name: apply!
SELECT crm_code.apply_gifts(:organization_id, :links, :today);

-- name: of_gift
-- What a gift is applied to, in the order in which it was said; whether it is in the currency of the gift as it is.
SELECT a.id, a.recurring_gift_payment_id, a.pledge_payment_id, a.gift_ask_id, a.planned_gift_id, a.grant_award_id, a.amount_minor, a.currency,
    a.currency = g.currency AS pays
FROM crm.applied_gift a
JOIN crm.gift g ON g.organization_id = :organization_id AND g.id = a.gift_id
WHERE a.organization_id = :organization_id AND a.gift_id = :gift_id ORDER BY a.id;

-- name: left_of_gift$
-- How much of a gift pays no recurring gift yet.
SELECT g.amount_minor + coalesce((SELECT sum(v.amount_minor) FROM crm.gift v
            WHERE v.organization_id = :organization_id AND v.reverses_id = g.id), 0)::bigint
        - coalesce((SELECT sum(a.counted_minor) FROM crm.applied_gift a
            WHERE a.organization_id = :organization_id AND a.gift_id = g.id AND a.recurring_gift_id IS NOT NULL), 0)::bigint AS minor
FROM crm.gift g WHERE g.organization_id = :organization_id AND g.id = :gift_id;

-- name: take_off!
SELECT crm_code.take_off(:organization_id, :gift_id, :ids, :recurring_ids, :pledge_ids, :today);

-- name: set_amounts!
UPDATE crm.applied_gift a SET amount_minor = x.amount_minor
FROM jsonb_to_recordset((:links)::jsonb) AS x (id bigint, amount_minor bigint)
WHERE a.organization_id = :organization_id AND a.gift_id = :gift_id AND a.id = x.id;

-- name: recount!
SELECT crm.recount_applied_gifts(:organization_id, :ids);

-- name: gifts_of
-- The gifts that count for a record, in the order of their days.
SELECT DISTINCT g.gift_on, g.id FROM crm.applied_gift a
JOIN crm.gift g ON g.organization_id = :organization_id AND g.id = a.gift_id
WHERE a.organization_id = :organization_id AND CASE (:kind)::text WHEN 'recurring_gift' THEN a.recurring_gift_id WHEN 'pledge' THEN a.pledge_id
    WHEN 'gift_ask' THEN a.gift_ask_id WHEN 'planned_gift' THEN a.planned_gift_id ELSE a.grant_award_id END = :id
ORDER BY g.gift_on, g.id;

-- name: split_of
-- How recurring gifts are split, by the payment or by themselves.
SELECT k.id, p.id AS payment_id, k.designation_project_ids, k.designation_minor
FROM crm.recurring_gift k
LEFT JOIN crm.recurring_gift_payment p ON p.organization_id = :organization_id AND p.recurring_gift_id = k.id
    AND p.id = ANY (:payment_ids)
WHERE k.organization_id = :organization_id AND (k.id = ANY (:ids) OR p.id IS NOT NULL);

-- name: differences
-- Reads all that gifts are applied to. What counts is not what it would be, counted afresh: of each gift one link after the other.
WITH RECURSIVE link AS (
    SELECT l.id, l.gift_id, l.counted_minor, l.amount_minor, l.currency = g.currency AS pays, r.minor AS whole, k.kind,
        row_number() OVER (PARTITION BY l.gift_id, k.kind ORDER BY l.id) AS n
    FROM crm.applied_gift l
    JOIN crm.gift g ON g.organization_id = :organization_id AND g.id = l.gift_id
    CROSS JOIN LATERAL (SELECT greatest(0, g.amount_minor + coalesce(sum(v.amount_minor), 0)) AS minor FROM crm.gift v
        WHERE v.organization_id = :organization_id AND v.reverses_id = g.id) r
    CROSS JOIN LATERAL (SELECT CASE WHEN l.recurring_gift_id IS NOT NULL THEN 1 WHEN l.pledge_id IS NOT NULL THEN 2
        WHEN l.gift_ask_id IS NOT NULL THEN 3 WHEN l.planned_gift_id IS NOT NULL THEN 4 ELSE 5 END AS kind) k
    WHERE l.organization_id = :organization_id),
paid AS (
    SELECT l.gift_id, l.kind, 0::bigint AS n, 0::bigint AS id, 0::bigint AS kept, 0::numeric AS exact, l.whole::numeric AS rest
    FROM link l WHERE l.n = 1
    UNION ALL
    SELECT l.gift_id, l.kind, l.n, l.id, l.counted_minor, t.minor, p.rest - t.minor FROM paid p
    JOIN link l ON l.gift_id = p.gift_id AND l.kind = p.kind AND l.n = p.n + 1
    CROSS JOIN LATERAL (SELECT CASE WHEN l.pays THEN least(coalesce(l.amount_minor, p.rest), p.rest) ELSE 0 END AS minor) t)
SELECT 'crm.applied_gift' AS figure, concat_ws(' ', 'applied', x.id, 'of gift', x.gift_id) AS of, ARRAY[x.kept]::numeric[] AS kept,
    ARRAY[x.exact]::numeric[] AS exact
FROM paid x WHERE x.n > 0 AND x.kept <> x.exact ORDER BY x.id LIMIT 100;

-- name: due_differences
-- Reads all promises. Of those whose first open payment, or what came, is not what their payments say: the day as a number of days, -1 for none.
SELECT 'crm.recurring_gift' AS figure, concat_ws(' ', 'first open payment of recurring gift', k.id) AS of,
    ARRAY[coalesce(k.first_open_on - date '0001-01-01', -1)]::numeric[] AS kept, ARRAY[coalesce(n.day - date '0001-01-01', -1)]::numeric[] AS exact
FROM crm.recurring_gift k
CROSS JOIN LATERAL (SELECT min(e.expected_on) FILTER (WHERE e.is_open) AS day FROM crm_code.recurring_payment e
    WHERE e.organization_id = :organization_id AND e.recurring_gift_id = k.id) n
WHERE k.organization_id = :organization_id AND k.first_open_on IS DISTINCT FROM n.day
UNION ALL
SELECT 'crm.pledge', concat_ws(' ', 'first open payment of pledge', k.id, 'and what came'),
    ARRAY[coalesce(k.first_open_on - date '0001-01-01', -1), k.paid_minor], ARRAY[coalesce(n.day - date '0001-01-01', -1), n.minor]
FROM crm.pledge k
CROSS JOIN LATERAL (SELECT min(e.expected_on) FILTER (WHERE e.expected_minor > a.minor) AS day, coalesce(sum(a.minor), 0) AS minor
    FROM crm.pledge_payment e
    CROSS JOIN LATERAL (SELECT coalesce(sum(l.counted_minor), 0) AS minor FROM crm.applied_gift l
        WHERE l.organization_id = :organization_id AND l.pledge_payment_id = e.id) a
    WHERE e.organization_id = :organization_id AND e.pledge_id = k.id) n
WHERE k.organization_id = :organization_id AND (k.first_open_on, k.paid_minor) IS DISTINCT FROM (n.day, n.minor)
LIMIT 100;

-- name: segment^
-- The segment that is named, and what is wrong with the name.
SELECT (n.found).id, crm_code.problems_of_segment(n.segment, n.found, CASE WHEN (n.found).id IS NULL
    THEN crm_code.near_segment(:organization_id, n.segment) END)::text AS problems
FROM (SELECT x.segment, crm_code.segment_named(:organization_id, (x.segment ->> 'id')::bigint, x.segment ->> 'key', x.segment ->> 'text') AS found
    FROM (SELECT (:segment)::jsonb AS segment) x) n;

-- name: keep_merges!
SELECT crm_code.keep_merges(:organization_id);

-- name: survivors
-- Contacts as they are since merges.
SELECT id, crm_code.survivor(:organization_id, id) AS since FROM unnest((:ids)::bigint[]) AS id;

-- name: is_of$
-- Whether a person is of a contact, or of one that was merged with it.
SELECT EXISTS (SELECT FROM crm.contact_individual i WHERE i.organization_id = :organization_id AND i.id = :id
    AND crm_code.survivor(:organization_id, i.contact_id) = crm_code.survivor(:organization_id, :contact_id));
