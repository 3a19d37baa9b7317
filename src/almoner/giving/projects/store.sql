-- name: chosen
SELECT id FROM giving.project
WHERE organization_id = :organization_id
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', id, name, code)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_open
SELECT id FROM giving.project
WHERE organization_id = :organization_id AND is_active AND NOT is_for_costs AND code_key <> ALL ((:but)::text[])
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: name_by_code$
SELECT name FROM giving.project WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: kind_for_update^
SELECT is_default, is_for_costs FROM giving.project WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;

-- name: default_for_update$
SELECT id FROM giving.project WHERE organization_id = :organization_id AND is_default FOR NO KEY UPDATE;
