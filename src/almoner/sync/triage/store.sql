-- name: totals
-- Kept figures of gifts by state and currency, and how many donors failed.
SELECT t.entity, t.state, t.currency, sum(t.n)::bigint AS gifts, sum(t.minor) AS minor, sum(t.there_n)::bigint AS there_gifts,
    sum(t.there_minor) AS there_minor
FROM sync.tally t
WHERE t.organization_id = :organization_id AND t.destination = :destination
    AND (t.entity = 'gift' OR t.entity = 'donor' AND t.state = 'failed')
GROUP BY t.entity, t.state, t.currency
HAVING sum(t.n) <> 0 OR sum(t.minor) <> 0 OR sum(t.there_n) <> 0 OR sum(t.there_minor) <> 0;

-- name: stuck
-- Gifts behind a donor who failed and is not there, up to :most, by currency.
SELECT s.currency, count(*) AS gifts, coalesce(sum(s.minor), 0) AS minor, count(s.done_minor) AS there_gifts,
    coalesce(sum(s.done_minor), 0) AS there_minor
FROM (
    SELECT g.currency, g.minor, g.done_minor FROM sync.record d
    JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
        AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift'
    WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
        AND d.reason = ANY (:reasons) AND sync_code.is_kept_out(d.state, d.done)
    LIMIT :most) s
GROUP BY s.currency;

-- name: stuck_gifts
SELECT g.record_id FROM sync.record d
JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
    AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift'
WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
    AND d.reason = ANY (:reasons) AND sync_code.is_kept_out(d.state, d.done) AND g.record_id < :before
ORDER BY g.record_id DESC LIMIT :take;

-- name: causes
-- Gifts that failed by what they name; donors who failed, each alone where each needs a cure of its own, with the gifts behind them.
-- Each cause has its place, the latest first, and a row for each currency; `causes` is how many there are.
SELECT c.* FROM (SELECT p.*, max(p.place) OVER () AS causes FROM (
    SELECT g.*, dense_rank() OVER (ORDER BY g.latest DESC, g.entity, g.reason, g.detail, g.donor_id) AS place
    FROM (
        SELECT n.entity, n.reason, n.detail, n.donor_id, count(DISTINCT n.failed_donor) AS donors, n.currency,
            count(n.gift_id) AS gifts, coalesce(sum(n.minor), 0) AS minor,
            max(max(n.changed_at)) OVER (PARTITION BY n.entity, n.reason, n.detail, n.donor_id) AS latest
        FROM (
            SELECT 'gift' AS entity, r.reason, r.detail, NULL::bigint AS donor_id, NULL::bigint AS failed_donor, r.currency,
                r.record_id AS gift_id, r.minor, r.changed_at
            FROM sync.record r
            WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift'
                AND r.reason = ANY (:reasons)
            UNION ALL
            SELECT 'donor', d.reason, d.detail, CASE WHEN d.reason = ANY (:one_by_one) THEN d.donor_id END, d.donor_id, g.currency,
                g.record_id, g.minor, d.changed_at
            FROM sync.record d
            LEFT JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
                AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift' AND d.done = 0
            WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
                AND d.reason = ANY (:reasons)
        ) n
        GROUP BY n.entity, n.reason, n.detail, n.donor_id, n.currency) g) p) c
WHERE c.place > :skip AND c.place <= :skip + :most
ORDER BY c.place, c.currency;

-- name: gifts_with
SELECT f.record_id FROM unnest((:reasons)::text[]) AS w (reason)
CROSS JOIN LATERAL (
    SELECT r.record_id FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift' AND r.reason = w.reason
        AND r.record_id < :before AND ((:detail)::text IS NULL OR r.detail = :detail)
        AND NOT ((:by_themselves)::boolean AND EXISTS (SELECT FROM sync.record d
            WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
                AND d.record_id = r.donor_id AND sync_code.is_kept_out(d.state, d.done)))
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
