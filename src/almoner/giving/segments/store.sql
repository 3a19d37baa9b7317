-- name: records
-- What each gave in each currency: sum less what went back, gifts, donors, the gift in the middle, the greatest. Counted, not kept: it costs a
-- look at an index entry of each gift of the segment, and at each of which something went back (docs/decisions/0038).
SELECT s.*, c.name AS campaign_name, t.currencies, t.figures
FROM giving.segment s
JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = s.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(y.currency ORDER BY y.currency) AS currencies, array_agg(y.figures ORDER BY y.currency) AS figures
    FROM (
        SELECT g.currency::text AS currency, ARRAY[sum(g.amount_minor) - coalesce((SELECT sum(b.reversed_minor - b.reserved_minor)
                FROM giving.gift b WHERE b.organization_id = :organization_id AND b.segment_id = s.id AND b.currency = g.currency
                    AND b.reversed_minor > 0 AND NOT b.is_test_mode), 0), count(*), count(DISTINCT g.donor_id),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY g.amount_minor), max(g.amount_minor)]::numeric[] AS figures
        FROM giving.gift g
        WHERE g.organization_id = :organization_id AND g.segment_id = s.id AND NOT g.is_test_mode
        GROUP BY g.currency) y) t
WHERE s.organization_id = :organization_id AND s.id = ANY (:ids);

-- name: chosen
SELECT s.id FROM giving.segment s
WHERE s.organization_id = :organization_id AND ((:campaign_id)::bigint IS NULL OR s.campaign_id = :campaign_id)
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', s.id, s.name, s.code, s.external_identifier)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: campaign_of$
SELECT campaign_id FROM giving.segment WHERE organization_id = :organization_id AND id = :id;

-- name: by_code
SELECT id, campaign_id, code_key FROM giving.segment WHERE organization_id = :organization_id AND code_key = ANY (:code_keys);
