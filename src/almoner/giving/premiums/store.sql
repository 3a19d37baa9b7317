-- name: chosen
SELECT id FROM giving.premium
WHERE organization_id = :organization_id
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', id, name, code)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: currency_of$
SELECT currency FROM giving.premium WHERE organization_id = :organization_id AND id = :id;

-- name: stock_for_update^
SELECT inventory_count FROM giving.premium WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;
