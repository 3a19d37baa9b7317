-- name: donor_by_id^
SELECT id, email, source_system, source_key, title, first_name, middle_name, last_name, suffix, is_organization,
    organization_name, phone, address1, address2, city, state, postal, country, notes, crm_key, crm_second_key,
    is_test_mode, is_archived, created_at, modified_at
FROM giving.donor
WHERE organization_id = :organization_id AND id = :id;

-- name: donors_by_ids
SELECT id, email, source_system, source_key, title, first_name, middle_name, last_name, suffix, is_organization,
    organization_name, phone, address1, address2, city, state, postal, country, notes, crm_key, crm_second_key,
    is_test_mode, is_archived, created_at, modified_at
FROM giving.donor
WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: list_donors
SELECT id, email, source_system, source_key, title, first_name, middle_name, last_name, suffix, is_organization,
    organization_name, phone, address1, address2, city, state, postal, country, notes, crm_key, crm_second_key,
    is_test_mode, is_archived, created_at, modified_at
FROM giving.donor
WHERE organization_id = :organization_id AND NOT is_archived
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: link_donors!
-- Donors are locked in the order that giving.give locks them in, so that the two never wait for each other in a ring.
WITH held AS MATERIALIZED (
    SELECT id FROM giving.donor WHERE organization_id = :organization_id AND id = ANY (:ids)
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE giving.donor d SET crm_key = l.crm_key, modified_at = :now
FROM held JOIN unnest((:ids)::bigint[], (:crm_keys)::text[]) AS l (id, crm_key) ON l.id = held.id
WHERE d.organization_id = :organization_id AND d.id = held.id AND d.id = ANY (:ids)
    AND d.crm_key IS DISTINCT FROM l.crm_key;
