-- name: chosen
SELECT id FROM giving.project WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;
