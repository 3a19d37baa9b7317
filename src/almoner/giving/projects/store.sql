-- name: chosen
SELECT id FROM giving.project WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: add_project$
INSERT INTO giving.project (organization_id, {columns}) VALUES (:organization_id, {values})
ON CONFLICT (organization_id, code_key) DO NOTHING
RETURNING id;
