-- name: records
SELECT s.*, m.name AS communication_name, m.campaign_id, c.name AS campaign_name, c.id IS NOT NULL AS is_whole
FROM crm.segment s
LEFT JOIN crm.communication m ON m.organization_id = :organization_id AND m.id = s.communication_id
LEFT JOIN crm.campaign c ON c.organization_id = :organization_id AND c.id = m.campaign_id
WHERE s.organization_id = :organization_id AND s.id = ANY (:ids);

-- name: id_by_code$
SELECT id FROM crm.segment WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: chosen_of_contact
-- Those that the contact's gifts name.
SELECT s.id FROM crm.segment s WHERE s.organization_id = :organization_id AND s.id IN (
    SELECT g.segment_id FROM crm.gift g WHERE g.organization_id = :organization_id AND g.contact_id = :contact_id)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_of_campaign
SELECT s.id FROM crm.segment s
JOIN crm.communication m ON m.organization_id = :organization_id AND m.id = s.communication_id
WHERE s.organization_id = :organization_id AND m.campaign_id = :campaign_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: hold_tree!
SELECT crm_code.hold_tree(:organization_id);

-- name: take_gifts$
SELECT crm_code.segment_takes_gifts(:organization_id, :id, :code, :after, :most);
