-- name: attention^
-- Failed ones are kept figures; those behind a donor who failed are counted, up to :most.
SELECT coalesce(sum(t.n) FILTER (WHERE t.entity = 'gift'), 0)::bigint AS failed_gifts,
    coalesce(sum(t.n) FILTER (WHERE t.entity = 'donor'), 0)::bigint AS failed_donors,
    (SELECT count(*) FROM (
        SELECT FROM sync.record d
        JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
            AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift'
        WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
            AND d.reason = ANY (:reasons) AND d.done = 0
        LIMIT :most) behind) AS waiting_gifts
FROM sync.tally t
WHERE t.organization_id = :organization_id AND t.destination = :destination AND t.state = 'failed';

-- name: causes
-- Gifts that failed by what they name; donors who failed with the gifts behind them, each alone where each needs a cure of its own.
-- Of these only the latest are looked at, so that a page of the others counts nothing behind them.
SELECT n.entity, n.reason, n.detail, n.donor_id, n.donors, n.currency, n.gifts, n.minor, n.latest
FROM (
    SELECT 'gift' AS entity, r.reason, r.detail, NULL::bigint AS donor_id, 0::bigint AS donors, r.currency,
        count(*) AS gifts, sum(r.minor) AS minor, max(r.changed_at) AS latest
    FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift' AND r.reason = ANY (:reasons)
    GROUP BY r.reason, r.detail, r.currency
    UNION ALL
    SELECT 'donor', d.reason, d.detail, NULL, count(*), NULL, 0, 0, max(d.changed_at)
    FROM sync.record d
    WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor' AND d.reason = ANY (:shared)
    GROUP BY d.reason, d.detail
    UNION ALL
    SELECT 'donor', d.reason, d.detail, NULL, 0, g.currency, count(*), sum(g.minor), max(d.changed_at)
    FROM sync.record d
    JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
        AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift'
    WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor' AND d.reason = ANY (:shared)
        AND d.done = 0
    GROUP BY d.reason, d.detail, g.currency
    UNION ALL
    SELECT 'donor', d.reason, d.detail, d.donor_id, 1, b.currency, coalesce(b.gifts, 0), coalesce(b.minor, 0), d.changed_at
    FROM unnest((:one_by_one)::text[]) AS w (reason)
    CROSS JOIN LATERAL (
        SELECT f.reason, f.detail, f.donor_id, f.done, f.changed_at FROM sync.record f
        WHERE f.organization_id = :organization_id AND f.destination = :destination AND f.entity = 'donor' AND f.state = 'failed'
            AND f.reason = w.reason
        ORDER BY f.changed_at DESC LIMIT :most) d
    LEFT JOIN LATERAL (
        SELECT g.currency, count(*) AS gifts, sum(g.minor) AS minor FROM sync.record g
        WHERE g.organization_id = :organization_id AND g.destination = :destination AND g.donor_id = d.donor_id
            AND g.state = 'pending' AND g.entity = 'gift' AND d.done = 0
        GROUP BY g.currency) b ON true
) n
ORDER BY n.latest DESC LIMIT :most;

-- name: gifts_with
-- From >= to <= is one reason. Said so, its order is that of the index by reason alone: the one of all records, gone through to the
-- last for a rare reason, would need a sort, whatever the planner believes how many have it.
SELECT f.record_id FROM unnest((:reasons)::text[]) AS w (reason)
CROSS JOIN LATERAL (
    SELECT r.record_id FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift'
        AND r.reason >= w.reason AND r.reason <= w.reason AND r.record_id < :before
    ORDER BY r.reason DESC, r.record_id DESC LIMIT :take) f
ORDER BY f.record_id DESC LIMIT :take;

-- name: gifts_naming
-- A detail is found by its digest, which is short enough for an index whatever it says; from >= to <= as above.
SELECT f.record_id FROM unnest((:reasons)::text[]) AS w (reason)
CROSS JOIN LATERAL (
    SELECT r.record_id FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift' AND r.reason = w.reason
        AND r.detail IS NOT NULL AND md5(r.detail) >= md5((:detail)::text) AND md5(r.detail) <= md5((:detail)::text)
        AND r.record_id < :before
    ORDER BY md5(r.detail) DESC, r.record_id DESC LIMIT :take) f
ORDER BY f.record_id DESC LIMIT :take;

-- name: synced_gifts
SELECT record_id FROM sync.record
WHERE organization_id = :organization_id AND destination = :destination AND entity = 'gift' AND state = 'synced'
    AND record_id < :before
ORDER BY record_id DESC LIMIT :take;

-- name: requeue_cause$
SELECT sync_code.requeue(:organization_id, :entity, ARRAY(
    SELECT record_id FROM sync.record
    WHERE organization_id = :organization_id AND destination = :destination AND entity = :entity AND reason = :reason
        AND detail IS NULL AND (:detail)::text IS NULL
    UNION ALL
    SELECT record_id FROM sync.record
    WHERE organization_id = :organization_id AND destination = :destination AND entity = :entity AND reason = :reason
        AND detail IS NOT NULL AND md5(detail) = md5((:detail)::text)
    ORDER BY record_id LIMIT :most), :now, :destination);
