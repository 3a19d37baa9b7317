-- name: records
SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at,
    currency, minor
FROM sync.record
WHERE organization_id = :organization_id AND entity = 'donor' AND record_id = ANY (:donor_ids)
UNION ALL
SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at,
    currency, minor
FROM sync.record
WHERE organization_id = :organization_id AND entity = 'gift' AND record_id = ANY (:gift_ids);

-- name: donors_with_open_records
SELECT d.donor_id FROM unnest((:donor_ids)::bigint[]) AS d (donor_id)
WHERE EXISTS (SELECT FROM sync.record r
    WHERE r.organization_id = :organization_id AND r.donor_id = d.donor_id AND r.state = 'pending');

-- name: lock_donor!
SELECT FROM sync.record
WHERE organization_id = :organization_id AND entity = 'donor' AND record_id = :donor_id FOR UPDATE;

-- name: has_due$
SELECT EXISTS (SELECT FROM sync.record
    WHERE organization_id = :organization_id AND donor_id = :donor_id AND state = 'pending' AND due_at <= :now);

-- name: open_records
-- The donor's own record stands before its gifts; an index gives each without sorting all that wait.
SELECT * FROM (
    (SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at,
        currency, minor
    FROM sync.record
    WHERE organization_id = :organization_id AND entity = 'donor' AND record_id = :donor_id AND state = 'pending')
    UNION ALL
    (SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at,
        currency, minor
    FROM sync.record
    WHERE organization_id = :organization_id AND donor_id = :donor_id AND state = 'pending' AND entity = 'gift'
    ORDER BY record_id LIMIT :limit)
) r ORDER BY entity, record_id LIMIT :limit;

-- name: record_by_id^
SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at,
    currency, minor
FROM sync.record
WHERE organization_id = :organization_id AND entity = :entity AND record_id = :record_id;

-- name: add_records$
SELECT sync_code.add_records(:organization_id, (:slot)::smallint, (:records)::jsonb);

-- name: write_records$
SELECT sync_code.write_records(:organization_id, (:slot)::smallint, (:records)::jsonb);

-- name: due_donors
SELECT organization_id, donor_id FROM sync_code.due_donors(:now, :limit);

-- name: organizations_missing_projects
SELECT organization_id FROM sync_code.organizations_missing_projects() AS organization_id;

-- name: missing_codes
SELECT DISTINCT detail AS code FROM sync.record
WHERE organization_id = :organization_id AND state = 'failed' AND reason IN ('project_unknown', 'project_inactive');

-- name: requeue_projects$
SELECT sync_code.requeue(:organization_id, 'gift', ARRAY(
    SELECT record_id FROM sync.record
    WHERE organization_id = :organization_id AND entity = 'gift' AND state = 'failed'
        AND reason IN ('project_unknown', 'project_inactive') AND detail = ANY (:codes)), :now);

-- name: make_due!
UPDATE sync.record SET due_at = :now
WHERE organization_id = :organization_id AND entity = :entity AND record_id = :record_id AND state = 'pending';

-- name: wait_behind_first!
UPDATE sync.record SET reason = 'waiting_for_donor', due_at = NULL
WHERE organization_id = :organization_id AND donor_id = :donor_id AND state = 'pending' AND due_at <= :now;

-- name: requeue_record$
SELECT sync_code.requeue(:organization_id, :entity, ARRAY[(:record_id)::bigint], :now);

-- name: counts
-- Reads every record, for the doctor; totals alone are kept in sync.tally.
SELECT entity, state, reason, count(*) AS records, min(happened_at) AS oldest FROM sync.record
WHERE organization_id = :organization_id GROUP BY entity, state, reason ORDER BY entity, state, reason;

-- name: gift_totals
SELECT state, currency, sum(n)::bigint AS gifts, sum(minor)::bigint AS minor
FROM sync.tally WHERE organization_id = :organization_id AND entity = 'gift'
GROUP BY state, currency HAVING sum(n) <> 0 OR sum(minor) <> 0;

-- name: tally_differences
SELECT 'sync.tally' AS figure, concat_ws(' ', entity, state, currency) AS of, ARRAY[coalesce(k.n, 0), coalesce(k.minor, 0)] AS kept,
    ARRAY[coalesce(e.n, 0), coalesce(e.minor, 0)] AS exact
FROM (SELECT entity, state, currency, sum(n)::bigint AS n, sum(minor)::bigint AS minor FROM sync.tally
      WHERE organization_id = :organization_id GROUP BY entity, state, currency) k
FULL JOIN (SELECT entity, state, coalesce(currency, '') AS currency, count(*) AS n, coalesce(sum(minor), 0)::bigint AS minor
      FROM sync.record WHERE organization_id = :organization_id GROUP BY entity, state, coalesce(currency, '')) e
    USING (entity, state, currency)
WHERE (coalesce(k.n, 0), coalesce(k.minor, 0)) <> (coalesce(e.n, 0), coalesce(e.minor, 0))
ORDER BY entity, state, currency;

-- name: states_of_gifts
SELECT record_id, state, reason, crm_id, donor_id, happened_at, changed_at FROM sync.record
WHERE organization_id = :organization_id AND entity = 'gift' AND record_id = ANY (:gift_ids);

-- name: lag_by_second
SELECT date_trunc('second', changed_at) AS at, count(*) AS gifts,
    percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
        ORDER BY extract(epoch FROM changed_at - happened_at)::float8) AS seconds
FROM (SELECT changed_at, happened_at FROM sync.record
      WHERE organization_id = :organization_id AND entity = 'gift' AND state = 'synced' AND changed_at >= :since
      ORDER BY changed_at DESC LIMIT :most) latest
GROUP BY 1 ORDER BY 1;

-- name: lag_overall^
SELECT count(*) AS gifts, percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
    ORDER BY extract(epoch FROM changed_at - happened_at)::float8) AS seconds
FROM (SELECT changed_at, happened_at FROM sync.record
      WHERE organization_id = :organization_id AND entity = 'gift' AND state = 'synced' AND changed_at >= :since
      ORDER BY changed_at DESC LIMIT :most) latest;
