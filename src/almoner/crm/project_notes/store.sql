-- name: chosen_of_project
SELECT id FROM crm.project_note WHERE organization_id = :organization_id AND project_id = :project_id
ORDER BY {order}
OFFSET :skip LIMIT :take;
