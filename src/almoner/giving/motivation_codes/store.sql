-- name: chosen
SELECT id FROM giving.motivation_code
WHERE organization_id = :organization_id
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', id, name, code)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;
