-- name: chosen
SELECT id FROM giving.project WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_open
SELECT id FROM giving.project
WHERE organization_id = :organization_id AND is_active AND code_key <> ALL ((:but)::text[])
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: name_by_code$
SELECT name FROM giving.project WHERE organization_id = :organization_id AND code_key = :code_key;
