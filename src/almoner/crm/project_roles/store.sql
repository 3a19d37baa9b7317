-- name: records
SELECT r.*, r.project_id AS project_designation_id, c.name AS contact_name, p.name AS project_designation_name,
    t.role AS project_role_type
FROM crm.project_role r
JOIN crm.contact c ON c.organization_id = :organization_id AND c.id = r.contact_id
JOIN crm.project p ON p.organization_id = :organization_id AND p.id = r.project_id
JOIN crm.project_role_type t ON t.organization_id = :organization_id AND t.id = r.project_role_type_id
WHERE r.organization_id = :organization_id AND r.id = ANY (:ids);

-- name: chosen_of_contact
SELECT id FROM crm.project_role WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_of_project
SELECT id FROM crm.project_role WHERE organization_id = :organization_id AND project_id = :project_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_types
SELECT id FROM crm.project_role_type WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: type_given$
-- Whether a kind of part is given to contacts; null without it.
SELECT is_enabled FROM crm.project_role_type WHERE organization_id = :organization_id AND id = :id;

-- name: type_of$
SELECT project_role_type_id FROM crm.project_role WHERE organization_id = :organization_id AND id = :id;

-- name: add_types!
SELECT crm_code.add_role_types(:organization_id, (:roles)::text[], (:keys)::text[], :now);
