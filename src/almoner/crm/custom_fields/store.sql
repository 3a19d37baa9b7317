-- name: definitions
SELECT id, name, display_name, data_type, options, is_required, former_options FROM crm.custom_field
WHERE organization_id = :organization_id AND record_type = :record_type AND NOT is_archived
ORDER BY id;

-- name: names
-- All that fields of a kind of record are called, archived ones too.
SELECT id, name, display_name FROM crm.custom_field
WHERE organization_id = :organization_id AND record_type = :record_type;

-- name: listed
SELECT id FROM crm.custom_field
WHERE organization_id = :organization_id AND ((:record_type)::text IS NULL OR record_type = :record_type)
    AND (NOT is_archived OR (:archived)::boolean)
ORDER BY record_type, id;

-- name: row^
SELECT * FROM crm.custom_field WHERE organization_id = :organization_id AND id = :id;

-- name: hold_names!
-- Who gives names to fields of the same organization comes after: it then sees this one's.
SELECT pg_advisory_xact_lock(hashtextextended(format('crm.custom_field %s', (:organization_id)::bigint), 0));
