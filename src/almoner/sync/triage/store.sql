-- name: totals
-- Kept figures of gifts by state and currency, and how many donors and reversals failed.
SELECT t.entity, t.state, t.currency, sum(t.n)::bigint AS gifts, sum(t.minor) AS minor, sum(t.there_n)::bigint AS there_gifts,
    sum(t.there_minor) AS there_minor
FROM sync.tally t
WHERE t.organization_id = :organization_id AND t.destination = :destination
    AND (t.entity = 'gift' OR t.state = 'failed')
GROUP BY t.entity, t.state, t.currency
HAVING sum(t.n) <> 0 OR sum(t.minor) <> 0 OR sum(t.there_n) <> 0 OR sum(t.there_minor) <> 0;

-- name: stuck
-- Gifts behind donors who failed and are not there, by currency: of the first :most_donors who failed, and up to :most of theirs.
-- From each donor to the gifts by an index: all that wait are never read to find those of a few.
SELECT s.currency, count(*) AS gifts, coalesce(sum(s.minor), 0) AS minor, count(s.done_minor) AS there_gifts,
    coalesce(sum(s.done_minor), 0) AS there_minor
FROM (
    SELECT g.* FROM (
        SELECT f.donor_id, f.state, f.done FROM sync.record f
        WHERE f.organization_id = :organization_id AND f.destination = :destination AND f.entity = 'donor'
            AND f.reason = ANY (:reasons)
        LIMIT :most_donors) d
    CROSS JOIN LATERAL (
        SELECT x.currency, x.minor, x.done_minor FROM sync.record x
        WHERE x.organization_id = :organization_id AND x.destination = :destination AND x.donor_id = d.donor_id
            AND x.state = 'pending' AND x.entity = 'gift' AND sync_code.is_kept_out(d.state, d.done)
        LIMIT :most) g
    LIMIT :most) s
GROUP BY s.currency;

-- name: stuck_gifts
-- Gifts that wait behind a donor who failed and is not there, the newest first. Where few donors failed, from each to its gifts; where
-- more than :most_donors did, from the newest gifts that wait to their donors, until there are enough: most that wait are behind such.
WITH d AS MATERIALIZED (
    SELECT f.donor_id, f.state, f.done FROM sync.record f
    WHERE f.organization_id = :organization_id AND f.destination = :destination AND f.entity = 'donor' AND f.reason = ANY (:reasons)
    LIMIT (:most_donors)::bigint + 1
), n AS MATERIALIZED (
    SELECT count(*) > :most_donors AS are_many FROM d
)
SELECT record_id FROM (
    SELECT g.record_id FROM d CROSS JOIN LATERAL (
        SELECT x.record_id FROM sync.record x
        WHERE x.organization_id = :organization_id AND x.destination = :destination AND x.donor_id = d.donor_id
            AND x.state = 'pending' AND x.entity = 'gift' AND x.record_id < :before AND sync_code.is_kept_out(d.state, d.done)
        ORDER BY x.record_id DESC LIMIT :take) g
    WHERE NOT (SELECT are_many FROM n)
    UNION ALL
    SELECT g.record_id FROM unnest((:waiting)::text[]) AS w (reason) CROSS JOIN LATERAL (
        SELECT r.record_id FROM sync.record r
        WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift'
            AND r.reason >= w.reason AND r.reason <= w.reason AND r.record_id < :before AND (SELECT are_many FROM n)
            AND EXISTS (SELECT FROM sync.record o
                WHERE o.organization_id = :organization_id AND o.destination = :destination AND o.entity = 'donor'
                    AND o.record_id = r.donor_id AND sync_code.is_kept_out(o.state, o.done))
        ORDER BY r.reason DESC, r.record_id DESC LIMIT :take) g) s
ORDER BY record_id DESC LIMIT :take;

-- name: causes
-- Gifts, and what went back of some, that failed by what they name, unless that is the record itself (:of_any_detail); donors who failed with the gifts behind them, each alone where each needs a cure of its own.
-- Of these only those that may stand before the end of the page are looked at, the latest of each reason, and up to :counted are counted.
-- Each cause has its place, the latest first, and a row for each currency; `causes` is how many there are at least.
WITH alone AS (
    SELECT d.* FROM unnest((:one_by_one)::text[]) AS w (reason)
    CROSS JOIN LATERAL (
        SELECT f.reason, f.detail, f.donor_id, f.state, f.done, f.changed_at FROM sync.record f
        WHERE f.organization_id = :organization_id AND f.destination = :destination AND f.entity = 'donor' AND f.state = 'failed'
            AND f.reason = w.reason
        ORDER BY f.changed_at DESC LIMIT (:skip)::bigint + (:most)::bigint) d
), n AS (
    SELECT r.entity, r.reason, s.detail, NULL::bigint AS donor_id, 0::bigint AS donors, r.currency,
        count(*) AS gifts, sum(r.minor) AS minor, max(r.changed_at) AS latest
    FROM sync.record r
    CROSS JOIN LATERAL (SELECT CASE WHEN r.reason <> ALL (:of_any_detail) THEN r.detail END AS detail) s
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity IN ('gift', 'reversal') AND r.reason = ANY (:reasons)
    GROUP BY r.entity, r.reason, s.detail, r.currency
    UNION ALL
    SELECT 'donor', d.reason, s.detail, NULL, count(*), NULL, 0, 0, max(d.changed_at)
    FROM sync.record d
    CROSS JOIN LATERAL (SELECT CASE WHEN d.reason <> ALL (:of_any_detail) THEN d.detail END AS detail) s
    WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor' AND d.reason = ANY (:shared)
    GROUP BY d.reason, s.detail
    UNION ALL
    SELECT 'donor', d.reason, s.detail, NULL, 0, g.currency, count(*), sum(g.minor), max(d.changed_at)
    FROM sync.record d
    CROSS JOIN LATERAL (SELECT CASE WHEN d.reason <> ALL (:of_any_detail) THEN d.detail END AS detail) s
    JOIN sync.record g ON g.organization_id = :organization_id AND g.destination = :destination
        AND g.donor_id = d.donor_id AND g.state = 'pending' AND g.entity = 'gift'
    WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor' AND d.reason = ANY (:shared)
        AND sync_code.is_kept_out(d.state, d.done)
    GROUP BY d.reason, s.detail, g.currency
    UNION ALL
    SELECT 'donor', d.reason, d.detail, d.donor_id, 1, b.currency, coalesce(b.gifts, 0), coalesce(b.minor, 0), d.changed_at
    FROM alone d
    LEFT JOIN LATERAL (
        SELECT g.currency, count(*) AS gifts, sum(g.minor) AS minor FROM sync.record g
        WHERE g.organization_id = :organization_id AND g.destination = :destination AND g.donor_id = d.donor_id
            AND g.state = 'pending' AND g.entity = 'gift' AND sync_code.is_kept_out(d.state, d.done)
        GROUP BY g.currency) b ON true
), placed AS (
    SELECT l.*, dense_rank() OVER (ORDER BY l.newest DESC, l.entity, l.reason, l.detail, l.donor_id) AS place
    FROM (SELECT n.*, max(n.latest) OVER (PARTITION BY n.entity, n.reason, n.detail, n.donor_id) AS newest FROM n) l
)
SELECT p.entity, p.reason, p.detail, p.donor_id, p.donors, p.currency, p.gifts, p.minor,
    (SELECT max(place) FROM placed) - (SELECT count(*) FROM alone) + (SELECT count(*) FROM (
        SELECT FROM sync.record f
        WHERE f.organization_id = :organization_id AND f.destination = :destination AND f.entity = 'donor' AND f.state = 'failed'
            AND f.reason = ANY (:one_by_one) LIMIT greatest((:counted)::bigint, (SELECT count(*) FROM alone))) c) AS causes
FROM placed p WHERE p.place > :skip AND p.place <= (:skip)::bigint + (:most)::bigint
ORDER BY p.place, p.currency;

-- name: gifts_with
-- From >= to <= is one reason. Said so, its order is that of the index by reason alone: the one of all records, gone through to the
-- last for a rare reason, would need a sort, whatever the planner believes how many have it.
SELECT f.record_id FROM unnest((:reasons)::text[]) AS w (reason)
CROSS JOIN LATERAL (
    SELECT r.record_id FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift'
        AND r.reason >= w.reason AND r.reason <= w.reason AND r.record_id < :before
        AND NOT ((:by_themselves)::boolean AND EXISTS (SELECT FROM sync.record d
            WHERE d.organization_id = :organization_id AND d.destination = :destination AND d.entity = 'donor'
                AND d.record_id = r.donor_id AND sync_code.is_kept_out(d.state, d.done)))
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
        AND (detail IS NULL AND (:detail)::text IS NULL OR (:of_any_detail)::boolean)
    UNION
    SELECT record_id FROM sync.record
    WHERE organization_id = :organization_id AND destination = :destination AND entity = :entity AND reason = :reason
        AND detail IS NOT NULL AND md5(detail) = md5((:detail)::text)
    ORDER BY record_id LIMIT :most), :now, :destination);
