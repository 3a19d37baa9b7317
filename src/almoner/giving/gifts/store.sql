-- name: records
SELECT g.*, c.name AS campaign_name, p.names AS project_names, p.is_whole
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.name ORDER BY i.n) AS names, bool_and(x.id IS NOT NULL) AS is_whole
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    LEFT JOIN giving.project x ON x.organization_id = :organization_id AND x.id = i.id) p
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.gift WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: kept_count$
SELECT coalesce(sum(gift_count), 0)::bigint FROM giving.tally WHERE organization_id = :organization_id;

-- name: chosen_of_donor
SELECT id FROM giving.gift WHERE organization_id = :organization_id AND donor_id = :donor_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: newest
SELECT id FROM giving.gift WHERE organization_id = :organization_id AND id < :before ORDER BY id DESC LIMIT :take;

-- name: newest_of_donors
SELECT g.id FROM unnest((:donor_ids)::bigint[]) AS d (id)
CROSS JOIN LATERAL (SELECT x.id FROM giving.gift x
    WHERE x.organization_id = :organization_id AND x.donor_id = d.id AND x.id < :before
    ORDER BY x.id DESC LIMIT :take) g
ORDER BY g.id DESC LIMIT :take;

-- name: kept_count_of_donor$
SELECT coalesce(gift_count, 0) FROM giving.donor WHERE organization_id = :organization_id AND id = :donor_id;

-- name: gift_facts
SELECT g.id, g.donor_id, g.campaign_id, c.name AS campaign_name, g.amount_minor, g.currency, g.project_minor, p.codes,
    g.gift_on, g.received_at, g.can_sync, g.is_test_mode, g.is_anonymous, g.payment_type, g.segment_code, g.notes,
    g.version, coalesce(c.can_sync, true) AS campaign_syncs
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = g.organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.code ORDER BY i.n) AS codes
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project x ON x.organization_id = g.organization_id AND x.id = i.id) p
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids) AND g.version IS NOT NULL AND g.currency IS NOT NULL
    AND g.amount_minor IS NOT NULL AND g.gift_on BETWEEN '0001-01-01' AND '9999-12-31'
    AND g.received_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 00:00Z';

-- name: unreadable
-- What is left of gifts of which gift_facts says nothing.
SELECT g.id, g.donor_id, coalesce(g.version, 0) AS version, g.currency, g.amount_minor,
    coalesce(platform_code.in_time(g.received_at), 'epoch') AS made_at,
    platform_code.unreadable_columns('giving.gift', to_jsonb(g),
        ARRAY['version', 'currency', 'amount_minor', 'gift_on', 'received_at']) AS lack
FROM giving.gift g WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: hold_donor$
SELECT id FROM giving.donor WHERE organization_id = :organization_id AND id = (
    SELECT g.donor_id FROM giving.gift g WHERE g.organization_id = :organization_id AND g.id = :gift_id)
FOR NO KEY UPDATE;

-- name: to_correct^
SELECT amount_minor, currency, project_ids FROM giving.gift
WHERE organization_id = :organization_id AND id = :id;

-- name: resolve_split^
SELECT project_ids, project_minor, problems FROM giving_code.resolve_split(:organization_id, :projects);

-- name: correct$
SELECT giving_code.correct_gift(:organization_id, :id, :row, :now);

-- name: totals
SELECT currency, sum(gift_count)::bigint AS gifts, sum(given_minor) AS minor
FROM giving.tally WHERE organization_id = :organization_id
GROUP BY currency HAVING sum(gift_count) <> 0 OR sum(given_minor) <> 0 ORDER BY currency;

-- name: broken
-- What gifts lack, with the column that says so and its text. Reads every gift unless :ids names some.
SELECT 'gift' AS record, g.id, v.of AS column, v.lack
FROM giving.gift g
CROSS JOIN LATERAL (
    SELECT 'project_ids' AS of, format('it names project %s, which is not there', s.id) AS lack FROM unnest(g.project_ids) AS s (id)
    LEFT JOIN giving.project p ON p.organization_id = :organization_id AND p.id = s.id
    WHERE p.id IS NULL
    UNION ALL SELECT x.of, x.lack FROM (VALUES
        ('project_ids', (cardinality(g.project_ids) = cardinality(g.project_minor) AND cardinality(g.project_ids) > 0),
            format('its split %s over projects %s is none', g.project_minor, g.project_ids)),
        ('amount_minor', g.amount_minor IS NOT NULL, 'it has no amount'),
        ('status', g.status = ANY (:statuses), format('nobody knows its status %s', g.status)),
        ('currency', g.currency::text = ANY ((:currencies)::text[]), format('nobody knows its currency %s', g.currency)),
        ('gift_on', g.gift_on BETWEEN '0001-01-01' AND '9999-12-31', format('its day %s is none that can be told', g.gift_on)),
        ('received_at', g.received_at BETWEEN '0001-01-01' AND '9999-12-31',
            format('the time %s when it was received is none that can be told', g.received_at)),
        ('modified_at', g.modified_at BETWEEN '0001-01-01' AND '9999-12-31',
            format('the time %s when it was changed is none that can be told', g.modified_at))
        ) AS x (of, is_right, lack) WHERE x.is_right IS NOT TRUE) v
WHERE g.organization_id = :organization_id AND ((:ids)::bigint[] IS NULL OR g.id = ANY (:ids))
LIMIT :most;

-- name: figure_differences
-- Reads every gift and donor. Kept donors come with the gifts that brought them, so only their sum can be told.
SELECT 'giving.tally' AS figure, concat_ws(' ', 'campaign', campaign_id, currency) AS of,
    coalesce(k.figures, '{0,0,0,0,0}') AS kept, coalesce(e.figures, '{0,0,0,0,0}') AS exact
FROM (
    SELECT campaign_id, currency, ARRAY[sum(gift_count), sum(given_minor), sum(raised_count), sum(raised_minor),
        sum(giver_count)]::numeric[] AS figures
    FROM giving.tally WHERE organization_id = :organization_id GROUP BY campaign_id, currency
) k FULL JOIN (
    SELECT coalesce(campaign_id, 0) AS campaign_id, currency, ARRAY[count(*), sum(amount_minor),
        count(*) FILTER (WHERE NOT is_test_mode), coalesce(sum(amount_minor) FILTER (WHERE NOT is_test_mode), 0),
        count(DISTINCT donor_id) FILTER (WHERE campaign_id IS NOT NULL AND NOT is_test_mode)]::numeric[] AS figures
    FROM giving.gift WHERE organization_id = :organization_id GROUP BY coalesce(campaign_id, 0), currency
) e USING (campaign_id, currency)
WHERE coalesce(k.figures, '{0,0,0,0,0}') <> coalesce(e.figures, '{0,0,0,0,0}')
UNION ALL
SELECT 'giving.tally.donor_count', 'all donors', ARRAY[k.donors]::numeric[], ARRAY[e.donors]::numeric[]
FROM (SELECT coalesce(sum(donor_count), 0)::bigint AS donors FROM giving.tally WHERE organization_id = :organization_id) k,
    (SELECT count(*) AS donors FROM giving.donor WHERE organization_id = :organization_id AND NOT is_archived) e
WHERE k.donors <> e.donors
UNION ALL
SELECT 'giving.donor.gift_count', concat_ws(' ', 'donor', d.id), ARRAY[d.gift_count]::numeric[], ARRAY[coalesce(e.gifts, 0)]::numeric[]
FROM giving.donor d
LEFT JOIN (SELECT donor_id, count(*) AS gifts FROM giving.gift WHERE organization_id = :organization_id GROUP BY donor_id) e
    ON e.donor_id = d.id
WHERE d.organization_id = :organization_id AND d.gift_count <> coalesce(e.gifts, 0);
