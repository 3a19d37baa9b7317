-- name: records
SELECT g.*, c.name AS campaign_name, p.names AS project_names, p.is_whole,
    (SELECT s.name FROM giving.segment s WHERE s.organization_id = :organization_id AND s.id = g.segment_id) AS segment_name,
    (SELECT f.name FROM giving.form f WHERE f.organization_id = :organization_id AND f.id = g.form_id) AS form_name,
    (:base)::text AS base_currency, d.gift_id IS NOT NULL AS has_detail, d.costs_minor, d.premium_id, d.premium_name,
    d.premium_currency, d.premium_value_minor, d.tribute_type, d.tribute_name, d.tribute_message, d.tribute_notify_name,
    d.tribute_notify_email, d.tribute_notify_address, coalesce(d.gift_aid_requested, false) AS gift_aid_requested, d.billing_name, d.billing_address1, d.billing_address2,
    d.billing_city, d.billing_state, d.billing_postal, d.billing_country, d.shipping_name, d.shipping_address1, d.shipping_address2,
    d.shipping_city, d.shipping_state, d.shipping_postal, d.shipping_country, d.submission_url, d.browser_info::text AS browser_info,
    d.utm_source, d.utm_medium, d.utm_campaign, d.utm_term, d.utm_content, d.google_gclid
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = g.campaign_id
LEFT JOIN giving.gift_detail d ON d.organization_id = :organization_id AND d.gift_id = g.id
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

-- name: newest_with_status
-- Of gifts that are not approved: those have the index.
SELECT g.id FROM unnest((:statuses)::smallint[]) AS s (status)
CROSS JOIN LATERAL (SELECT x.id FROM giving.gift x
    WHERE x.organization_id = :organization_id AND x.status = s.status AND x.status <> 1 AND x.id < :before
    ORDER BY x.id DESC LIMIT :take) g
ORDER BY g.id DESC LIMIT :take;

-- name: survivor_id$
SELECT coalesce(survivor_id, id) FROM giving.donor WHERE organization_id = :organization_id AND id = :donor_id;

-- name: kept_count_of_donor$
SELECT coalesce(gift_count, 0) FROM giving.donor WHERE organization_id = :organization_id AND id = :donor_id;

-- name: gift_facts
SELECT g.id, g.donor_id, g.campaign_id, c.name AS campaign_name, g.amount_minor, g.currency, g.project_minor, p.codes,
    g.gift_on, g.received_at, g.can_sync, g.is_test_mode, g.is_anonymous, g.payment_type, g.segment_code, g.notes,
    g.version, coalesce(c.can_sync, true) AS campaign_syncs, g.segment_id, g.form_id,
    (SELECT s.name FROM giving.segment s WHERE s.organization_id = :organization_id AND s.id = g.segment_id) AS segment_name,
    (SELECT f.name FROM giving.form f WHERE f.organization_id = :organization_id AND f.id = g.form_id) AS form_name,
    g.motivation_code, d.costs_minor,
    (SELECT m.code FROM giving.premium m WHERE m.organization_id = :organization_id AND m.id = d.premium_id) AS premium_code,
    d.tribute_type, d.tribute_name, d.tribute_message
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = g.organization_id AND c.id = g.campaign_id
LEFT JOIN giving.gift_detail d ON d.organization_id = g.organization_id AND d.gift_id = g.id
CROSS JOIN LATERAL (
    SELECT array_agg(x.code ORDER BY i.n) AS codes
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project x ON x.organization_id = g.organization_id AND x.id = i.id) p
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids)
    AND g.id <> ALL (ARRAY(SELECT l.id FROM giving_code.gift_lack l WHERE l.organization_id = :organization_id AND l.id = ANY (:ids)));

-- name: unreadable
-- What is left of gifts of which gift_facts says nothing.
SELECT g.id, g.donor_id, coalesce(g.version, 0) AS version, g.currency, g.amount_minor,
    coalesce(platform_code.in_time(g.received_at), 'epoch') AS made_at,
    (SELECT string_agg(DISTINCT l.of, ', ') FROM giving_code.gift_lack l
     WHERE l.organization_id = :organization_id AND l.id = g.id) AS lack
FROM giving.gift g WHERE g.organization_id = :organization_id AND g.id = ANY (:ids);

-- name: hold_donors
SELECT gift_id, donor_id FROM giving_code.hold_donors_of(:organization_id, :gift_ids);

-- name: to_correct^
SELECT amount_minor, currency, project_ids, project_minor, reversed_minor, campaign_id FROM giving.gift
WHERE organization_id = :organization_id AND id = :id;

-- name: segment_by_code^
SELECT id, campaign_id, code FROM giving.segment WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: resolve_split^
SELECT project_ids, project_minor, problems FROM giving_code.resolve_split(:organization_id, :projects);

-- name: taken_back
-- How much of which project went back of a gift, or is about to.
SELECT s.project_id, sum(s.minor)::bigint AS minor
FROM giving.reversal r CROSS JOIN LATERAL unnest(r.project_ids, r.project_minor) AS s (project_id, minor)
WHERE r.organization_id = :organization_id AND r.gift_id = :gift_id AND r.state = ANY (giving_code.taken_states())
GROUP BY s.project_id ORDER BY s.project_id;

-- name: correct$
SELECT giving_code.correct_gift(:organization_id, :id, :row, :now);

-- name: totals
SELECT currency, sum(gift_count)::bigint AS gifts, sum(given_minor) AS minor
FROM giving.tally WHERE organization_id = :organization_id
GROUP BY currency HAVING sum(gift_count) <> 0 OR sum(given_minor) <> 0 ORDER BY currency;

-- name: broken
-- What gifts and donors lack, with the column that says so and its text. Reads every one; where :gift_ids names gifts, those alone.
SELECT b.record, b.id, b.of AS column, format(b.sentence, b.stands) AS lack FROM (
    SELECT 'donor' AS record, l.id, l.of, l.sentence, l.stands FROM giving_code.donor_lack l
    WHERE l.organization_id = :organization_id AND (:gift_ids)::bigint[] IS NULL
    UNION ALL
    SELECT 'gift', l.id, l.of, l.sentence, l.stands FROM giving_code.gift_lack l
    WHERE l.organization_id = :organization_id AND ((:gift_ids)::bigint[] IS NULL OR l.id = ANY (:gift_ids))
    UNION ALL
    SELECT 'gift', g.id, x.of, x.sentence, to_jsonb(g) ->> x.of
    FROM giving.gift g
    CROSS JOIN LATERAL (VALUES
        ('status', g.status = ANY (:statuses), 'nobody knows its status %s'),
        ('currency', coalesce(g.currency::text = ANY ((:currencies)::text[]), true), 'nobody knows its currency %s'),
        ('modified_at', (platform_code.can_be_told(g.modified_at)), 'the time %s when it was changed is none that can be told')
        ) AS x (of, is_right, sentence)
    WHERE g.organization_id = :organization_id AND ((:gift_ids)::bigint[] IS NULL OR g.id = ANY (:gift_ids))
        AND x.is_right IS NOT TRUE) b
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
        count(*) FILTER (WHERE NOT is_test_mode), coalesce(sum(amount_minor - gone.minor) FILTER (WHERE NOT is_test_mode), 0),
        count(DISTINCT donor_id) FILTER (WHERE campaign_id IS NOT NULL AND NOT is_test_mode)]::numeric[] AS figures
    FROM giving.gift g
    CROSS JOIN LATERAL (SELECT coalesce((SELECT sum(r.amount_minor) FROM giving.reversal r WHERE g.reversed_minor > 0
        AND r.organization_id = :organization_id AND r.gift_id = g.id AND r.state = ANY (giving_code.gone_states())), 0) AS minor) gone
    WHERE g.organization_id = :organization_id GROUP BY coalesce(campaign_id, 0), currency
) e USING (campaign_id, currency)
WHERE coalesce(k.figures, '{0,0,0,0,0}') <> coalesce(e.figures, '{0,0,0,0,0}')
UNION ALL
-- Of a gift: its status, how much is taken back, and how much of that is only reserved.
SELECT 'giving.gift', concat_ws(' ', 'gift', g.id), ARRAY[g.status, g.reversed_minor, g.reserved_minor]::numeric[],
    ARRAY[giving_code.status_of(:organization_id, g.id, g.amount_minor, e.reversed - e.reserved), e.reversed, e.reserved]::numeric[]
FROM giving.gift g
LEFT JOIN (SELECT gift_id, coalesce(sum(amount_minor) FILTER (WHERE state = ANY (giving_code.taken_states())), 0)::bigint AS reversed,
        coalesce(sum(amount_minor) FILTER (WHERE state = 'asked'), 0)::bigint AS reserved
    FROM giving.reversal WHERE organization_id = :organization_id GROUP BY gift_id) r ON r.gift_id = g.id
CROSS JOIN LATERAL (SELECT coalesce(r.reversed, 0) AS reversed, coalesce(r.reserved, 0) AS reserved) e
WHERE g.organization_id = :organization_id AND (g.reversed_minor <> e.reversed OR g.reserved_minor <> e.reserved
    OR g.status <> giving_code.status_of(:organization_id, g.id, g.amount_minor, e.reversed - e.reserved))
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

-- name: corrections
-- What staff corrected of a gift, the oldest first: what each of these fields was before. An erasure leaves nothing of it.
SELECT e.happened_at, e.data FROM giving.event e
WHERE e.organization_id = :organization_id AND e.record_id = :id AND e.kind = 'gift.updated' AND e.data IS NOT NULL
    AND e.data ?| (:fields)::text[]
ORDER BY e.version;
