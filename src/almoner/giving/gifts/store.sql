-- name: records
SELECT g.*, c.name AS campaign_name, p.names AS project_names
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.name ORDER BY i.n) AS names
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project x ON x.organization_id = :organization_id AND x.id = i.id) p
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.gift WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count$
SELECT coalesce(sum(gift_count), 0)::bigint FROM giving.tally WHERE organization_id = :organization_id;

-- name: chosen_of_donor
SELECT id FROM giving.gift WHERE organization_id = :organization_id AND donor_id = :donor_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count_of_donor$
SELECT coalesce((SELECT gift_count FROM giving.donor WHERE organization_id = :organization_id AND id = :donor_id), 0);

-- name: gift_facts
SELECT g.id, g.donor_id, g.campaign_id, c.name AS campaign_name, g.amount_minor, g.currency, g.project_minor, p.codes,
    g.gift_on, g.received_at, g.can_sync, g.is_test_mode, g.is_anonymous, g.payment_type, g.segment_code, g.notes
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = g.organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.code ORDER BY i.n) AS codes
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project x ON x.organization_id = g.organization_id AND x.id = i.id) p
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: totals
SELECT currency, count(*) AS gifts, sum(amount_minor)::bigint AS minor
FROM giving.gift WHERE organization_id = :organization_id GROUP BY currency ORDER BY currency;

-- name: totals_of
SELECT currency, count(*) AS gifts, sum(amount_minor)::bigint AS minor
FROM giving.gift WHERE organization_id = :organization_id AND id = ANY (:ids) GROUP BY currency ORDER BY currency;
