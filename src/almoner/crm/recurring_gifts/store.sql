-- name: records
SELECT k.*, parts.designations
FROM crm.recurring_gift k
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('project_id', p.id, 'project', p.name, 'project_code', p.project_code,
        'amount_minor', s.amount_minor) ORDER BY s.n)::text AS designations
    FROM unnest(k.designation_project_ids, k.designation_minor) WITH ORDINALITY AS s (project_id, amount_minor, n)
    JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.project_id) parts
WHERE k.organization_id = :organization_id AND k.id = ANY (:ids);

-- name: chosen_of_contact
SELECT id FROM crm.recurring_gift WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: count_of_contact$
SELECT count(*) FROM crm.recurring_gift WHERE organization_id = :organization_id AND contact_id = :contact_id;
