-- name: records
SELECT k.*, parts.designations, parts.is_whole
FROM crm.recurring_gift k
CROSS JOIN LATERAL (
    SELECT bool_and(p.id IS NOT NULL) AS is_whole, json_agg(json_build_object('project_id', s.project_id, 'project', p.name, 'project_code', p.project_code,
        'amount_minor', s.amount_minor) ORDER BY s.n)::text AS designations
    FROM unnest(k.designation_project_ids, k.designation_minor) WITH ORDINALITY AS s (project_id, amount_minor, n)
    LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.project_id) parts
WHERE k.organization_id = :organization_id AND k.id = ANY (:ids);

-- name: chosen_of_contact
SELECT id FROM crm.recurring_gift WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: count_of_contact$
SELECT count(*) FROM crm.recurring_gift WHERE organization_id = :organization_id AND contact_id = :contact_id;
