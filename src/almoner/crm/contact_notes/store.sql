-- name: chosen_of_contact
SELECT id FROM crm.contact_note
WHERE organization_id = :organization_id AND contact_id = :contact_id AND (important OR NOT (:important)::boolean)
ORDER BY {order}
OFFSET :skip LIMIT :take;
