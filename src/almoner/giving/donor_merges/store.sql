-- name: merge$
SELECT giving_code.merge_donors(:organization_id, :duplicate_id, :survivor_id, :by, :reason, :now);

-- name: unmerge$
SELECT giving_code.unmerge_donor(:organization_id, :merge_id, :by, :reason, :now);

-- name: standing^
-- The merge of a donor that stands, and the donor it is now.
SELECT m.id, d.survivor_id FROM giving.donor d
JOIN giving.donor_merge m ON m.organization_id = d.organization_id AND m.duplicate_id = d.id AND m.unmerged_at IS NULL
WHERE d.organization_id = :organization_id AND d.id = :donor_id;

-- name: merged_into
-- Who were merged into donors, also through others.
SELECT DISTINCT m.id FROM unnest((:donor_ids)::bigint[]) AS d (id) CROSS JOIN LATERAL unnest(giving_code.merged_into(:organization_id, d.id)) AS m (id);

-- name: merges
-- Of which a donor was a part, the first one first.
SELECT * FROM giving.donor_merge WHERE organization_id = :organization_id
    AND (duplicate_id = :donor_id OR survivor_id = :donor_id) ORDER BY id;

-- name: lifetime
-- What donors gave less what went back, tests aside, by currency.
SELECT donor_id, currency::text AS currency, count(*) AS gifts, sum(amount_minor - reversed_minor + reserved_minor) AS minor
FROM giving.gift
WHERE organization_id = :organization_id AND donor_id = ANY (:ids) AND NOT is_test_mode
GROUP BY donor_id, currency ORDER BY donor_id, currency;

-- name: gift_counts
SELECT id, gift_count FROM giving.donor WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: filled$
-- What the first of two donors would get of the second in the organization's own fields, as it is told.
SELECT giving_code.told_custom_fields(s.organization_id, giving_code.lacking_values(s.custom_values, d.custom_values))
FROM giving.donor s
JOIN giving.donor d ON d.organization_id = :organization_id AND d.id = ((:ids)::bigint[])[2]
WHERE s.organization_id = :organization_id AND s.id = ((:ids)::bigint[])[1];
