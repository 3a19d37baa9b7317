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

-- name: lock_gifts!
SELECT crm_code.lock_gifts(:organization_id, :ids);

-- name: of_gift
SELECT a.id, a.recurring_gift_payment_id, a.pledge_payment_id, a.gift_ask_id, a.planned_gift_id, a.grant_award_id, a.amount_minor
FROM crm.applied_gift a
WHERE a.organization_id = :organization_id AND a.gift_id = :gift_id;

-- name: take_off!
SELECT crm_code.take_off(:organization_id, :gift_id, :ids, :also, :today);

-- name: set_amounts!
UPDATE crm.applied_gift a SET amount_minor = x.amount_minor
FROM jsonb_to_recordset((:links)::jsonb) AS x (id bigint, amount_minor bigint)
WHERE a.organization_id = :organization_id AND a.gift_id = :gift_id AND a.id = x.id;

-- name: touch_gift^
UPDATE crm.gift SET version = version + 1, modified_at = :now WHERE organization_id = :organization_id AND id = :id
RETURNING version, contact_id;

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
-- Reads all that gifts are applied to. What counts is not what it would be, counted afresh.
SELECT 'crm.applied_gift' AS figure, concat_ws(' ', 'applied', x.id, 'of gift', x.gift_id) AS of, ARRAY[x.counted_minor]::numeric[] AS kept,
    ARRAY[x.exact]::numeric[] AS exact
FROM (SELECT l.id, l.gift_id, l.counted_minor, CASE WHEN l.currency <> g.currency THEN 0 ELSE greatest(0, least(
            coalesce(l.amount_minor, r.minor), r.minor - (SELECT coalesce(sum(b.amount_minor), 0) FROM crm.applied_gift b
                WHERE b.organization_id = :organization_id AND b.gift_id = l.gift_id AND b.id < l.id
                    AND (b.recurring_gift_id IS NULL, b.pledge_id IS NULL) = (l.recurring_gift_id IS NULL, l.pledge_id IS NULL)))) END AS exact
    FROM crm.applied_gift l
    JOIN crm.gift g ON g.organization_id = :organization_id AND g.id = l.gift_id
    CROSS JOIN LATERAL (SELECT g.amount_minor + coalesce(sum(v.amount_minor), 0) AS minor FROM crm.gift v
        WHERE v.organization_id = :organization_id AND v.reverses_id = g.id) r
    WHERE l.organization_id = :organization_id) x
WHERE x.counted_minor <> x.exact ORDER BY x.id LIMIT 100;

-- name: segment^
-- The segment that is named, and what is wrong with the name.
SELECT (n.found).id, crm_code.problems_of_segment(:organization_id, n.segment, n.found)::text AS problems
FROM (SELECT x.segment, crm_code.segment_named(:organization_id, (x.segment ->> 'id')::bigint, x.segment ->> 'key', x.segment ->> 'text') AS found
    FROM (SELECT (:segment)::jsonb AS segment) x) n;
