-- name: accept_contacts
SELECT ord, contact_id, problem FROM crm_code.accept_contacts(:organization_id, :contacts);

-- name: accept_gifts
SELECT ord, gift_id, problem, detail FROM crm_code.accept_gifts(:organization_id, (:slot)::smallint, :gifts);

-- name: open_codes
SELECT code_key FROM crm.project
WHERE organization_id = :organization_id AND is_active AND code_key = ANY (:codes);
