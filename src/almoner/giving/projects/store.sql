-- name: chosen
SELECT id FROM giving.project WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: name_by_code$
SELECT name FROM giving.project WHERE organization_id = :organization_id AND code_key = :code_key;
