-- name: records
SELECT * FROM giving.donor WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.donor WHERE organization_id = :organization_id AND NOT is_archived
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count$
SELECT coalesce(sum(donor_count), 0)::bigint FROM giving.tally WHERE organization_id = :organization_id;

-- name: link_donors!
-- Donors are locked in the order that giving.give locks them in, so that the two never wait for each other in a ring.
WITH held AS MATERIALIZED (
    SELECT id FROM giving.donor WHERE organization_id = :organization_id AND id = ANY (:ids)
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE giving.donor d SET crm_key = l.crm_key, crm_linked = true, modified_at = :now
FROM held JOIN unnest((:ids)::bigint[], (:crm_keys)::text[], (:versions)::int[]) AS l (id, crm_key, version) ON l.id = held.id
WHERE d.organization_id = :organization_id AND d.id = held.id AND d.id = ANY (:ids)
    AND d.version = l.version AND (NOT d.crm_linked OR d.crm_key IS DISTINCT FROM l.crm_key);
