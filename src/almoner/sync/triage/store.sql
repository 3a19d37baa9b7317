-- name: attention^
-- Failed ones are kept figures; those behind a donor who failed are counted, up to :most.
SELECT coalesce(sum(t.n) FILTER (WHERE t.entity = 'gift'), 0)::bigint AS failed_gifts,
    coalesce(sum(t.n) FILTER (WHERE t.entity = 'donor'), 0)::bigint AS failed_donors,
    (SELECT count(*) FROM (
        SELECT FROM sync.record d
        JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
            AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift'
        WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
            AND d.reason = ANY (:reasons) AND sync_code.is_kept_out(d.state, d.done)
        LIMIT :most) behind) AS waiting_gifts
FROM sync.tally t
WHERE t.organization_id = :organization_id AND t.destination = :destination AND t.state = 'failed';

-- name: causes
-- Gifts that failed by what they name; donors who failed, each alone where each needs a cure of its own, with the gifts behind them.
SELECT n.entity, n.reason, n.detail, n.donor_id, count(DISTINCT n.failed_donor) AS donors,
    n.currency, count(n.gift_id) AS gifts, coalesce(sum(n.minor), 0) AS minor, platform_code.in_time(max(n.changed_at)) AS latest
FROM (
    SELECT 'gift' AS entity, r.reason, r.detail, NULL::bigint AS donor_id, NULL::bigint AS failed_donor, r.currency,
        r.record_id AS gift_id, r.minor, r.changed_at
    FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift' AND r.reason = ANY (:reasons)
    UNION ALL
    SELECT 'donor', d.reason, d.detail, CASE WHEN d.reason = ANY (:one_by_one) THEN d.donor_id END, d.donor_id, g.currency,
        g.record_id, g.minor, d.changed_at
    FROM sync.record d
    LEFT JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
        AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift' AND sync_code.is_kept_out(d.state, d.done)
    WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor' AND d.reason = ANY (:reasons)
) n
GROUP BY n.entity, n.reason, n.detail, n.donor_id, n.currency
ORDER BY latest DESC LIMIT :most;

-- name: gifts_with
SELECT f.record_id FROM unnest((:reasons)::text[]) AS w (reason)
CROSS JOIN LATERAL (
    SELECT r.record_id FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift' AND r.reason = w.reason
        AND r.record_id < :before AND ((:detail)::text IS NULL OR r.detail = :detail)
    ORDER BY r.record_id DESC LIMIT :take) f
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
        AND detail IS NOT DISTINCT FROM :detail
    ORDER BY record_id LIMIT :most), :now, :destination);
