-- name: gift_by_id^
SELECT id, donor_id, campaign_id, campaign_name, amount_minor, currency, project_ids, project_minor, project_names,
    status, gift_on, received_at, modified_at, is_test_mode, is_anonymous, payment_type, payment_info, gateway,
    transaction_id, authorization_number, segment_code, motivation_code, notes, comment, source_system, source_key
FROM giving_code.gift_read
WHERE organization_id = :organization_id AND id = :id;

-- name: list_gifts
SELECT g.id, g.donor_id, g.campaign_id, g.campaign_name, g.amount_minor, g.currency, g.project_ids, g.project_minor,
    g.project_names, g.status, g.gift_on, g.received_at, g.modified_at, g.is_test_mode, g.is_anonymous, g.payment_type,
    g.payment_info, g.gateway, g.transaction_id, g.authorization_number, g.segment_code, g.motivation_code, g.notes,
    g.comment, g.source_system, g.source_key
FROM (
    SELECT id FROM giving.gift
    WHERE organization_id = :organization_id AND ((:donor_id)::bigint IS NULL OR donor_id = :donor_id)
    ORDER BY {order}
    OFFSET :skip LIMIT :take
) page
JOIN giving_code.gift_read g ON g.organization_id = :organization_id AND g.id = page.id
ORDER BY {order};

-- name: count_gifts$
SELECT count(*) FROM giving.gift
WHERE organization_id = :organization_id AND ((:donor_id)::bigint IS NULL OR donor_id = :donor_id);

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

-- name: recent_gifts
SELECT g.id, g.donor_id, g.amount_minor, g.currency, g.received_at, g.campaign_name, g.project_names
FROM (SELECT id FROM giving.gift WHERE organization_id = :organization_id ORDER BY id DESC LIMIT :take) page
JOIN giving_code.gift_read g ON g.organization_id = :organization_id AND g.id = page.id
ORDER BY g.id DESC;
