-- name: records
SELECT d.*, giving_code.told_custom_fields(d.organization_id, d.custom_values) AS told_custom_values, a.addresses, m.methods
FROM giving.donor d
CROSS JOIN LATERAL (SELECT json_agg(x ORDER BY NOT x.is_primary, x.id)::text AS addresses FROM giving_code.told_address x
    WHERE x.organization_id = :organization_id AND x.donor_id = d.id) a
CROSS JOIN LATERAL (SELECT json_agg(x ORDER BY NOT x.is_primary, x.id)::text AS methods FROM giving_code.told_contact_method x
    WHERE x.organization_id = :organization_id AND x.donor_id = d.id) m
WHERE d.organization_id = :organization_id AND d.id = ANY (:ids);

-- name: hold!
SELECT FROM giving.donor WHERE organization_id = :organization_id AND id = :donor_id FOR NO KEY UPDATE;

-- name: donor_facts
SELECT d.* FROM giving.donor d
WHERE d.organization_id = :organization_id AND d.id = ANY (:ids)
    AND d.id <> ALL (ARRAY(SELECT l.id FROM giving_code.donor_lack l WHERE l.organization_id = :organization_id AND l.id = ANY (:ids)));

-- name: unreadable
-- What is left of donors who cannot be read.
SELECT d.id, d.id AS donor_id, coalesce(d.version, 0) AS version,
    coalesce(platform_code.in_time(d.created_at), 'epoch') AS made_at,
    (SELECT string_agg(l.of, ', ') FROM giving_code.donor_lack l
     WHERE l.organization_id = :organization_id AND l.id = d.id) AS lack
FROM giving.donor d WHERE d.organization_id = :organization_id AND d.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.donor WHERE organization_id = :organization_id AND NOT is_archived
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count$
SELECT coalesce(sum(donor_count), 0)::bigint FROM giving.tally WHERE organization_id = :organization_id;

-- name: id_by_email$
SELECT coalesce(
    (SELECT coalesce(d.survivor_id, d.id) FROM giving.donor d WHERE d.organization_id = :organization_id AND d.email_key = :email_key),
    (SELECT coalesce(d.survivor_id, d.id) FROM giving.donor_contact_method m
     JOIN giving.donor d ON d.organization_id = :organization_id AND d.id = m.donor_id
     WHERE m.organization_id = :organization_id AND m.email_key = :email_key));

-- name: ids_by_text
SELECT giving_code.donors_found(:organization_id, :text, :most, :hidden) AS id;

-- name: chosen_of_found
SELECT id FROM giving.donor WHERE organization_id = :organization_id AND id = ANY (:ids)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: giving
-- What donors gave: all gifts; of those not in test mode the sum in one currency, less what went back, and the days; the campaigns.
SELECT d.id, d.gift_count AS gifts, coalesce(t.minor, 0) AS minor, t.first_on, t.last_on, coalesce(k.ids, '{}') AS campaign_ids,
    coalesce(k.names, '{}') AS campaign_names
FROM giving.donor d
LEFT JOIN (
    SELECT g.donor_id, sum(g.amount_minor - g.reversed_minor + g.reserved_minor) FILTER (WHERE g.currency = :currency) AS minor,
        min(g.gift_on) AS first_on, max(g.gift_on) AS last_on
    FROM giving.gift g WHERE g.organization_id = :organization_id AND g.donor_id = ANY (:ids) AND NOT g.is_test_mode
    GROUP BY g.donor_id) t ON t.donor_id = d.id
LEFT JOIN (
    SELECT x.donor_id, array_agg(c.id ORDER BY c.id) AS ids, array_agg(c.name ORDER BY c.id) AS names
    FROM (SELECT DISTINCT g.donor_id, g.campaign_id FROM giving.gift g
        WHERE g.organization_id = :organization_id AND g.donor_id = ANY (:ids)) x
    JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = x.campaign_id
    GROUP BY x.donor_id) k ON k.donor_id = d.id
WHERE d.organization_id = :organization_id AND d.id = ANY (:ids);

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

-- name: linked
SELECT id FROM giving.donor WHERE organization_id = :organization_id AND id > :after AND crm_linked ORDER BY id LIMIT :most;

-- name: linked_by
-- Donors whose key is the one that was given last, and by whom.
SELECT d.id FROM giving.donor d
CROSS JOIN LATERAL (SELECT l.crm_key, l.changed_by FROM giving.donor_link_change l
    WHERE l.organization_id = :organization_id AND l.donor_id = d.id ORDER BY l.id DESC LIMIT 1) last
WHERE d.organization_id = :organization_id AND d.id = ANY (:ids) AND last.crm_key = d.crm_key AND last.changed_by = :by;

-- name: add_link_change!
INSERT INTO giving.donor_link_change (organization_id, {columns}) VALUES (:organization_id, {values});

-- name: link_changes
SELECT * FROM giving.donor_link_change WHERE organization_id = :organization_id AND donor_id = :donor_id
ORDER BY id DESC LIMIT :most;

-- name: count_donors$
SELECT giving_code.count_donors(:organization_id, :n);
