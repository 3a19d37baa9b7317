-- name: add_campaign$
INSERT INTO giving.campaign (organization_id, name, description, start_at, end_at, giving_goal_minor, total_gift_goal,
    can_sync, crm_key, created_at, modified_at)
VALUES (:organization_id, :name, :description, :start_at, :end_at, :giving_goal_minor, :total_gift_goal, :can_sync,
    :crm_key, :now, :now)
RETURNING id;

-- name: campaign_by_id^
SELECT c.id, c.name, c.description, c.start_at, c.end_at, c.giving_goal_minor, c.total_gift_goal, c.can_sync, c.crm_key,
    c.created_at, c.modified_at, t.gifts, t.donors, t.raised_minor
FROM giving.campaign c
CROSS JOIN LATERAL (
    SELECT count(*) AS gifts, count(DISTINCT g.donor_id) AS donors, coalesce(sum(g.amount_minor), 0)::bigint AS raised_minor
    FROM giving.gift g WHERE g.organization_id = c.organization_id AND g.campaign_id = c.id) t
WHERE c.organization_id = :organization_id AND c.id = :id;

-- name: list_campaigns
SELECT c.id, c.name, c.description, c.start_at, c.end_at, c.giving_goal_minor, c.total_gift_goal, c.can_sync, c.crm_key,
    c.created_at, c.modified_at, t.gifts, t.donors, t.raised_minor
FROM giving.campaign c
CROSS JOIN LATERAL (
    SELECT count(*) AS gifts, count(DISTINCT g.donor_id) AS donors, coalesce(sum(g.amount_minor), 0)::bigint AS raised_minor
    FROM giving.gift g WHERE g.organization_id = c.organization_id AND g.campaign_id = c.id) t
WHERE c.organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: toggle_sync^
UPDATE giving.campaign SET can_sync = NOT can_sync, modified_at = :now
WHERE organization_id = :organization_id AND id = :id
RETURNING can_sync;

-- name: add_sync_change!
INSERT INTO giving.campaign_sync_change (organization_id, campaign_id, changed_at, can_sync, changed_by, reason)
VALUES (:organization_id, :campaign_id, :now, :can_sync, :changed_by, :reason);

-- name: list_sync_changes
SELECT changed_at, can_sync, changed_by, reason FROM giving.campaign_sync_change
WHERE organization_id = :organization_id AND campaign_id = :campaign_id
ORDER BY id;

-- name: last_sync_changes
SELECT DISTINCT ON (campaign_id) campaign_id, changed_at, can_sync, changed_by, reason
FROM giving.campaign_sync_change
WHERE organization_id = :organization_id AND campaign_id = ANY (:campaign_ids)
ORDER BY campaign_id, id DESC;

-- name: add_campaign_event!
INSERT INTO giving.event (organization_id, part, key_id, kind, record_id, happened_at, data)
VALUES (:organization_id, platform.event_part(:organization_id, 0), 0, :kind, :id, :now, (:data)::jsonb);
