-- name: register_consumer$
SELECT platform.register_consumer(:log, :consumer);

-- name: read_events
SELECT organization_id, id, key_id, kind, record_id, happened_at, data, snapshot
FROM platform.read_events(:log, :consumer, (:part)::smallint, :limit);

-- name: move_cursor$
SELECT platform.move_cursor(:log, :consumer, (:part)::smallint, :after_id, :snapshot);

-- name: facts
SELECT g.id, g.donor_id, d.last_name, d.email, g.amount_minor, g.currency, g.project_minor, p.codes, g.gift_on
FROM giving.gift g
JOIN giving.donor d ON d.organization_id = g.organization_id AND d.id = g.donor_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.code ORDER BY i.n) AS codes
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project x ON x.organization_id = g.organization_id AND x.id = i.id) p
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: accept_contacts
SELECT ord, contact_id, problem FROM crm.accept_contacts(:organization_id, :contacts);

-- name: accept_gifts
SELECT ord, gift_id, problem, detail FROM crm.accept_gifts(:organization_id, (:slot)::smallint, :gifts);
