-- name: definitions
SELECT id, name, display_name, data_type, options, is_required, former_options FROM giving.custom_field
WHERE organization_id = :organization_id AND NOT is_archived
ORDER BY id;

-- name: names
-- All that fields of donors are called, archived ones too.
SELECT id, name, display_name FROM giving.custom_field WHERE organization_id = :organization_id;

-- name: chosen
SELECT id FROM giving.custom_field
WHERE organization_id = :organization_id
    AND ((:filter)::text IS NULL OR strpos(lower(concat_ws(' ', id, name, display_name)), lower(:filter)) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: row^
SELECT * FROM giving.custom_field WHERE organization_id = :organization_id AND id = :id;

-- name: hold_names!
-- Who gives names to fields of the same organization comes after: it then sees this one's.
SELECT pg_advisory_xact_lock(hashtextextended(format('giving.custom_field %s', (:organization_id)::bigint), 0));
