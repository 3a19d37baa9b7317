-- name: records
SELECT k.*, crm_code.told_custom_fields(k.organization_id, k.custom_values) AS told_custom_values, p.name AS project, s.name AS segment, s.code AS segment_code,
    coalesce((SELECT sum(a.counted_minor) FROM crm.applied_gift a
    WHERE a.organization_id = :organization_id AND a.grant_award_id = k.id), 0)::bigint AS given_minor
FROM crm.grant_award k
LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = k.project_id
LEFT JOIN crm.segment s ON s.organization_id = :organization_id AND s.id = k.segment_id
WHERE k.organization_id = :organization_id AND k.id = ANY (:ids);

-- name: chosen_of_contact
SELECT id FROM crm.grant_award WHERE organization_id = :organization_id AND (contact_id = :contact_id OR receiving_organization_id = :contact_id)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: row^
SELECT * FROM crm.grant_award WHERE organization_id = :organization_id AND id = :id;

-- name: id_by_reference$
SELECT id FROM crm.grant_award WHERE organization_id = :organization_id AND reference_id = :reference_id;
