-- name: records
-- Gifts that are none in test mode, in each currency: their sum, how many, of how many donors.
SELECT c.*, t.currencies, t.figures, t.test_gifts
FROM giving.campaign c
CROSS JOIN LATERAL (
    SELECT array_agg(y.currency ORDER BY y.currency) FILTER (WHERE y.figures[2] > 0) AS currencies,
        array_agg(y.figures ORDER BY y.currency) FILTER (WHERE y.figures[2] > 0) AS figures,
        coalesce(sum(y.test_gifts), 0)::bigint AS test_gifts
    FROM (
        SELECT x.currency, ARRAY[sum(x.raised_minor), sum(x.raised_count), sum(x.giver_count)]::numeric[] AS figures,
            sum(x.gift_count - x.raised_count) AS test_gifts
        FROM giving.tally x
        WHERE x.organization_id = :organization_id AND x.campaign_id = c.id
        GROUP BY x.currency) y) t
WHERE c.organization_id = :organization_id AND c.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.campaign
WHERE organization_id = :organization_id
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', id, name)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: segments
-- The segments of campaigns, in the order of their ids.
SELECT c.id, array_remove(array_agg(s.id ORDER BY s.id), NULL) AS ids, array_remove(array_agg(s.name ORDER BY s.id), NULL) AS names,
    array_remove(array_agg(s.code ORDER BY s.id), NULL) AS codes
FROM giving.campaign c
LEFT JOIN giving.segment s ON s.organization_id = :organization_id AND s.campaign_id = c.id
WHERE c.organization_id = :organization_id AND c.id = ANY (:ids)
GROUP BY c.id;

-- name: syncs$
SELECT can_sync FROM giving.campaign WHERE organization_id = :organization_id AND id = :id;

-- name: syncs_for_update^
SELECT can_sync FROM giving.campaign WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;

-- name: switch_sync$
UPDATE giving.campaign SET can_sync = :can_sync, modified_at = :now, version = version + 1
WHERE organization_id = :organization_id AND id = :id
RETURNING version;

-- name: add_sync_change!
INSERT INTO giving.campaign_sync_change (organization_id, {columns}) VALUES (:organization_id, {values});

-- name: sync_changes
SELECT * FROM giving.campaign_sync_change
WHERE organization_id = :organization_id AND campaign_id = :campaign_id
ORDER BY id;

-- name: last_sync_changes
SELECT DISTINCT ON (campaign_id) * FROM giving.campaign_sync_change
WHERE organization_id = :organization_id AND campaign_id = ANY (:campaign_ids)
ORDER BY campaign_id, id DESC;

-- name: syncing
SELECT id FROM giving.campaign WHERE organization_id = :organization_id AND can_sync AND id = ANY (:ids);
