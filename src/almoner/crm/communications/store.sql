-- name: records
SELECT m.*, c.name AS campaign_name, c.id IS NOT NULL AS is_whole
FROM crm.communication m
LEFT JOIN crm.campaign c ON c.organization_id = :organization_id AND c.id = m.campaign_id
WHERE m.organization_id = :organization_id AND m.id = ANY (:ids);

-- name: chosen_of_campaign
SELECT id FROM crm.communication
WHERE organization_id = :organization_id AND campaign_id = :campaign_id AND strpos(lower(name), lower(:filter)) > 0
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: words
-- The channels and kinds that the organization's communications have.
SELECT DISTINCT channel_type, communication_type FROM crm.communication WHERE organization_id = :organization_id;

-- name: steps$
SELECT steps FROM crm.campaign WHERE organization_id = :organization_id AND id = :id;
