-- name: records
-- What is known of records, and (as entity `open`) which of the donors have a pending record, their own or one that is theirs:
-- in one statement, so that a record that is made due meanwhile is not seen both as it was and as one that blocks.
SELECT k.destination, k.entity, k.record_id, k.donor_id, k.wanted, k.done, k.event_id, k.reason, k.detail, k.crm_id,
    k.attempts, k.due_at, k.happened_at, k.changed_at, k.currency, k.minor, k.done_minor
FROM unnest((:entities)::text[], (:record_ids)::bigint[]) AS w (entity, record_id)
CROSS JOIN LATERAL (SELECT r.* FROM sync_code.told_record r WHERE r.organization_id = :organization_id AND r.destination = :destination
    AND r.entity = w.entity AND r.record_id = w.record_id LIMIT 1) k
UNION ALL
SELECT :destination, 'open', d.donor_id, d.donor_id, 0, 0, 0, NULL, NULL, NULL, 0, NULL, 'epoch'::timestamptz,
    'epoch'::timestamptz, NULL, NULL, NULL
FROM unnest((:donor_ids)::bigint[]) AS d (donor_id)
CROSS JOIN LATERAL (SELECT FROM sync.record r WHERE r.organization_id = :organization_id AND r.destination = :destination
    AND r.donor_id = d.donor_id AND r.state = 'pending' LIMIT 1) o;

-- name: hold_donors!
SELECT FROM sync.record WHERE organization_id = :organization_id AND destination = :destination AND entity = 'donor'
    AND record_id = ANY (:donor_ids) ORDER BY record_id FOR UPDATE;

-- name: has_due$
SELECT EXISTS (SELECT FROM sync.record WHERE organization_id = :organization_id AND destination = :destination
    AND donor_id = :donor_id AND state = 'pending' AND due_at <= :now);

-- name: open_records
-- The donor's own record stands before what is its own; an index gives each without sorting all that wait.
SELECT * FROM (
    (SELECT destination, entity, record_id, donor_id, wanted, done, event_id, reason, detail, crm_id, attempts, due_at,
    happened_at, changed_at, currency, minor, done_minor
    FROM sync_code.told_record
    WHERE organization_id = :organization_id AND destination = :destination AND entity = 'donor' AND record_id = :donor_id
        AND state = 'pending')
    UNION ALL
    (SELECT destination, entity, record_id, donor_id, wanted, done, event_id, reason, detail, crm_id, attempts, due_at,
    happened_at, changed_at, currency, minor, done_minor
    FROM sync_code.told_record
    WHERE organization_id = :organization_id AND destination = :destination AND donor_id = :donor_id AND state = 'pending'
        AND entity <> 'donor'
    ORDER BY event_id, record_id LIMIT :limit)
) r ORDER BY entity <> 'donor', event_id, record_id LIMIT :limit;

-- name: record_by_id^
SELECT destination, entity, record_id, donor_id, wanted, done, event_id, reason, detail, crm_id, attempts, due_at,
    happened_at, changed_at, currency, minor, done_minor, waited_since, waited_for
FROM sync_code.told_record
WHERE organization_id = :organization_id AND destination = :destination AND entity = :entity AND record_id = :record_id;

-- name: add_records$
SELECT sync_code.add_records(:organization_id, (:slot)::smallint, (:records)::json);

-- name: write_records$
SELECT sync_code.write_records(:organization_id, (:slot)::smallint, (:records)::json);

-- name: due_donors
SELECT organization_id, donor_id FROM sync_code.due_donors(:destination, :now, :limit);

-- name: organizations_to_mend
SELECT organization_id FROM sync_code.organizations_to_mend() AS organization_id;

-- name: held
-- What may go on when something else has changed: the reason, and what it names. From each to the next by the index, however many records name it.
WITH RECURSIVE named (entity, reason, detail) AS (
    SELECT w.entity, w.reason, f.detail
    FROM unnest((:entities)::text[], (:reasons)::text[]) AS w (entity, reason)
    CROSS JOIN LATERAL (
        SELECT r.detail FROM sync.record r
        WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = w.entity AND r.reason = w.reason
            AND r.detail IS NOT NULL
        ORDER BY md5(r.detail) LIMIT 1) f
    UNION ALL
    SELECT n.entity, n.reason, f.detail
    FROM named n
    CROSS JOIN LATERAL (
        SELECT r.detail FROM sync.record r
        WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = n.entity AND r.reason = n.reason
            AND r.detail IS NOT NULL AND md5(r.detail) > md5(n.detail)
        ORDER BY md5(r.detail) LIMIT 1) f
)
SELECT DISTINCT reason, detail FROM named;

-- name: there
SELECT record_id FROM sync.record
WHERE organization_id = :organization_id AND destination = :destination AND entity = 'gift' AND record_id = ANY (:ids) AND done > 0
    AND done >= wanted;

-- name: requeue_held$
-- A reason and what it names, by pairs.
SELECT sync_code.requeue(:organization_id, :entity, ARRAY(
    SELECT r.record_id FROM unnest((:reasons)::text[], (:details)::text[]) AS w (reason, detail)
    JOIN sync.record r ON r.organization_id = :organization_id AND r.destination = :destination AND r.entity = :entity
        AND r.reason = w.reason AND r.detail IS NOT NULL AND md5(r.detail) = md5(w.detail)
    WHERE sync_code.is_mendable(w.reason)
    ORDER BY r.record_id LIMIT :most), :now, :destination);

-- name: make_due!
UPDATE sync.record SET due_at = :now
WHERE organization_id = :organization_id AND destination = :destination AND entity = :entity AND record_id = :record_id
    AND state = 'pending';

-- name: wait_behind_first!
UPDATE sync.record SET reason = 'waiting_for_donor', due_at = NULL
WHERE organization_id = :organization_id AND destination = :destination AND donor_id = :donor_id AND state = 'pending'
    AND due_at <= :now;

-- name: lease!
-- What waits of a donor is due again only when the lease is over.
UPDATE sync.record SET due_at = :until
WHERE organization_id = :organization_id AND destination = :destination AND donor_id = :donor_id AND state = 'pending'
    AND due_at <= :now;

-- name: requeue_record$
SELECT sync_code.requeue(:organization_id, :entity, ARRAY[(:record_id)::bigint], :now);

-- name: counts
-- Reads every record, for the doctor; totals alone are kept in sync.tally.
SELECT entity, state, reason, count(*) AS records, platform_code.in_time(min(happened_at)) AS oldest,
    (array_agg(record_id ORDER BY happened_at, record_id) FILTER (WHERE state IN ('failed', 'pending')))[1 : 5] AS oldest_ids
FROM sync.record
WHERE organization_id = :organization_id AND destination = :destination
GROUP BY entity, state, reason ORDER BY entity, state, reason;

-- name: tally_differences
SELECT 'sync.tally' AS figure, concat_ws(' ', destination, entity, state, nullif(currency, '')) AS of,
    coalesce(k.figures, '{0,0,0,0}') AS kept, coalesce(e.figures, '{0,0,0,0}') AS exact
FROM (SELECT destination, entity, state, currency,
        ARRAY[sum(n), sum(minor), sum(there_n), sum(there_minor)]::numeric[] AS figures
      FROM sync.tally WHERE organization_id = :organization_id GROUP BY destination, entity, state, currency) k
FULL JOIN (SELECT destination, entity, state, coalesce(currency, '') AS currency,
        ARRAY[count(*), coalesce(sum(minor), 0), count(done_minor), coalesce(sum(done_minor), 0)]::numeric[] AS figures
      FROM sync.record WHERE organization_id = :organization_id
      GROUP BY destination, entity, state, coalesce(currency, '')) e USING (destination, entity, state, currency)
WHERE coalesce(k.figures, '{0,0,0,0}') <> coalesce(e.figures, '{0,0,0,0}')
ORDER BY destination, entity, state, currency;

-- name: states_of_gifts
-- One behind a donor who failed and is not there does not go by itself: it is told as failed, with what the donor failed for.
SELECT r.record_id, CASE WHEN d.reason IS NULL THEN r.state ELSE 'failed' END AS state, r.reason, r.detail, r.crm_id, r.donor_id,
    r.happened_at, r.changed_at, d.reason AS donor_reason, d.detail AS donor_detail
FROM sync_code.told_record r
LEFT JOIN LATERAL (SELECT x.reason, x.detail FROM sync.record x
    WHERE x.organization_id = :organization_id AND x.destination = :destination AND x.entity = 'donor' AND x.record_id = r.donor_id
        AND sync_code.is_kept_out(x.state, x.done) AND r.state = 'pending') d ON true
WHERE r.organization_id = :organization_id AND r.destination = :destination AND r.entity = 'gift' AND r.record_id = ANY (:gift_ids);
