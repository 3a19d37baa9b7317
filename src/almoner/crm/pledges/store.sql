-- name: records
-- With what came, by payment and in all.
SELECT k.*, crm_code.told_custom_fields(k.organization_id, k.custom_values) AS told_custom_values, p.name AS project, s.name AS segment, s.code AS segment_code,
    plan.payments
FROM crm.pledge k
LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = k.project_id
LEFT JOIN crm.segment s ON s.organization_id = :organization_id AND s.id = k.segment_id
CROSS JOIN LATERAL (
    SELECT json_agg(x ORDER BY x.ordinal)::text AS payments
    FROM (SELECT e.id, e.ordinal, e.expected_on, e.expected_minor, a.gift_id, a.counted_minor
        FROM crm.pledge_payment e
        CROSS JOIN LATERAL (SELECT min(l.gift_id) FILTER (WHERE l.counted_minor > 0) AS gift_id,
                coalesce(sum(l.counted_minor), 0)::bigint AS counted_minor
            FROM crm.applied_gift l WHERE l.organization_id = :organization_id AND l.pledge_payment_id = e.id) a
        WHERE e.organization_id = :organization_id AND e.pledge_id = k.id) x) plan
WHERE k.organization_id = :organization_id AND k.id = ANY (:ids);

-- name: chosen_of_contact
SELECT id FROM crm.pledge WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: row^
-- Locked: what came of it is counted by whoever changes it.
SELECT * FROM crm.pledge WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;

-- name: hold!
SELECT crm_code.hold_pledge(:organization_id, :id);

-- name: plan!
SELECT crm_code.plan_pledge(:organization_id, :id);

-- name: differences
-- The payments of a pledge sum to it.
SELECT 'crm.pledge_payment' AS figure, concat_ws(' ', 'pledge', k.id) AS of, ARRAY[p.minor]::numeric[] AS kept,
    ARRAY[k.pledged_minor]::numeric[] AS exact
FROM crm.pledge k
CROSS JOIN LATERAL (SELECT coalesce(sum(x.expected_minor), 0) AS minor FROM crm.pledge_payment x
    WHERE x.organization_id = :organization_id AND x.pledge_id = k.id) p
WHERE k.organization_id = :organization_id AND p.minor <> k.pledged_minor ORDER BY k.id LIMIT 100;
