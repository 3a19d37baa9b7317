-- name: records_of_donors
SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at
FROM sync.record
WHERE organization_id = :organization_id AND entity = 'donor' AND record_id = ANY (:donor_ids);

-- name: records_of_gifts
SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at
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
    (SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at
    FROM sync.record
    WHERE organization_id = :organization_id AND entity = 'donor' AND record_id = :donor_id AND state = 'pending')
    UNION ALL
    (SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at
    FROM sync.record
    WHERE organization_id = :organization_id AND donor_id = :donor_id AND state = 'pending' AND entity = 'gift'
    ORDER BY record_id LIMIT :limit)
) r ORDER BY entity, record_id LIMIT :limit;

-- name: record_by_id^
SELECT entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at, happened_at, changed_at
FROM sync.record
WHERE organization_id = :organization_id AND entity = :entity AND record_id = :record_id;

-- name: write_records!
INSERT INTO sync.record (organization_id, entity, record_id, donor_id, state, reason, detail, crm_id, attempts, due_at,
    happened_at, changed_at)
SELECT :organization_id, r.entity, r.record_id, r.donor_id, r.state, r.reason, r.detail, r.crm_id, r.attempts, r.due_at,
    r.happened_at, r.changed_at
FROM jsonb_to_recordset((:records)::jsonb) AS r (entity text, record_id bigint, donor_id bigint, state text,
    reason text, detail text, crm_id bigint, attempts int, due_at timestamptz, happened_at timestamptz,
    changed_at timestamptz)
ORDER BY r.entity, r.record_id
ON CONFLICT (organization_id, entity, record_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
    detail = excluded.detail, crm_id = excluded.crm_id, attempts = excluded.attempts, due_at = excluded.due_at,
    changed_at = excluded.changed_at;

-- name: due_donors
SELECT organization_id, donor_id FROM sync_code.due_donors(:now, :limit);

-- name: organizations_missing_projects
SELECT organization_id FROM sync_code.organizations_missing_projects() AS organization_id;

-- name: missing_codes
SELECT DISTINCT detail AS code FROM sync.record
WHERE organization_id = :organization_id AND state = 'failed' AND reason IN ('project_unknown', 'project_inactive');

-- name: requeue_projects$
WITH queued AS (
    UPDATE sync.record SET state = 'pending', reason = 'retrying', due_at = :now, attempts = 0, changed_at = :now
    WHERE organization_id = :organization_id AND state = 'failed'
        AND reason IN ('project_unknown', 'project_inactive') AND detail = ANY (:codes)
    RETURNING 1)
SELECT count(*) FROM queued;

-- name: make_due!
UPDATE sync.record SET due_at = :now
WHERE organization_id = :organization_id AND entity = :entity AND record_id = :record_id AND state = 'pending';

-- name: wait_behind_first!
UPDATE sync.record SET reason = 'waiting_for_donor', due_at = NULL
WHERE organization_id = :organization_id AND donor_id = :donor_id AND state = 'pending' AND due_at <= :now;

-- name: requeue_record$
UPDATE sync.record SET state = 'pending', reason = 'retrying', due_at = :now, attempts = 0, changed_at = :now
WHERE organization_id = :organization_id AND entity = :entity AND record_id = :record_id
    AND state IN ('failed', 'pending')
RETURNING record_id;

-- name: counts
SELECT entity, state, reason, count(*) AS records, min(happened_at) AS oldest FROM sync.record
WHERE organization_id = :organization_id GROUP BY entity, state, reason ORDER BY entity, state, reason;

-- name: gifts_by_state
SELECT state, count(*) AS gifts, array_agg(record_id) FILTER (WHERE state <> 'synced') AS ids FROM sync.record
WHERE organization_id = :organization_id AND entity = 'gift' GROUP BY state;

-- name: states_of_gifts
SELECT record_id, state, reason, crm_id, donor_id, happened_at, changed_at FROM sync.record
WHERE organization_id = :organization_id AND entity = 'gift' AND record_id = ANY (:gift_ids);

-- name: lag_by_second
SELECT date_trunc('second', changed_at) AS at, count(*) AS gifts,
    percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
        ORDER BY extract(epoch FROM changed_at - happened_at)::float8) AS seconds
FROM sync.record
WHERE organization_id = :organization_id AND entity = 'gift' AND state = 'synced' AND changed_at >= :since
GROUP BY 1 ORDER BY 1;

-- name: lag_overall^
SELECT count(*) AS gifts, percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
    ORDER BY extract(epoch FROM changed_at - happened_at)::float8) AS seconds
FROM sync.record
WHERE organization_id = :organization_id AND entity = 'gift' AND state = 'synced' AND changed_at >= :since;
