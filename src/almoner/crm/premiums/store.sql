-- name: chosen
SELECT id FROM crm.premium WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: id_by_code$
SELECT id FROM crm.premium WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: before^
SELECT currency, custom_values FROM crm.premium WHERE organization_id = :organization_id AND id = :id;

-- name: stock_for_update$
SELECT inventory_count FROM crm.premium WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;
