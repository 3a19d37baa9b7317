-- name: records
SELECT c.*, t.total_gifts, t.total_donors, t.raised_minor
FROM giving.campaign c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.raised_count), 0)::bigint AS total_gifts, coalesce(sum(x.giver_count), 0)::bigint AS total_donors,
        coalesce(sum(x.raised_minor), 0)::bigint AS raised_minor
    FROM giving.tally x
    WHERE x.organization_id = :organization_id AND x.campaign_id = c.id AND x.currency = :currency) t
WHERE c.organization_id = :organization_id AND c.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.campaign WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: syncs$
SELECT can_sync FROM giving.campaign WHERE organization_id = :organization_id AND id = :id;

-- name: toggle_sync^
UPDATE giving.campaign SET can_sync = NOT can_sync, modified_at = :now, version = version + 1
WHERE organization_id = :organization_id AND id = :id
RETURNING can_sync, version;

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
