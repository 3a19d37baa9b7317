-- name: add_project$
INSERT INTO giving.project (organization_id, name, code, code_key, description, is_active, is_default, created_at,
    modified_at)
VALUES (:organization_id, :name, :code, :code_key, :description, :is_active, :is_default, :now, :now)
ON CONFLICT (organization_id, code_key) DO NOTHING
RETURNING id;

-- name: project_by_id^
SELECT id, name, code, description, is_active, is_default, created_at, modified_at
FROM giving.project WHERE organization_id = :organization_id AND id = :id;

-- name: list_projects
SELECT id, name, code, description, is_active, is_default, created_at, modified_at
FROM giving.project WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

