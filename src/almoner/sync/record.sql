-- Records and the tally of their states, which always equals a count over the records (sync/store.sql, tally_differences).
-- Every change of a state goes through here.

CREATE TYPE sync_code.decided AS (
    entity text, record_id bigint, donor_id bigint, state text, reason text, detail text, crm_id bigint, attempts int,
    due_at timestamptz, happened_at timestamptz, changed_at timestamptz, currency text, minor bigint
);

-- Records that leave a state (n = -1) or come into one (n = 1); currency and minor are null for donors.
CREATE TYPE sync_code.move AS (entity text, record_id bigint, state text, currency text, minor bigint, n int);

-- Move the tally by records that left a state and came into another; what a state gains and loses at once stays as it was.
CREATE FUNCTION sync_code.move_tally(p_organization_id bigint, p_slot smallint, p_moves sync_code.move[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.tally AS t (organization_id, entity, state, currency, slot, n, minor)
    SELECT p_organization_id, m.entity, m.state, coalesce(m.currency, ''), p_slot, sum(m.n), coalesce(sum(m.n * m.minor), 0)
    FROM unnest(p_moves) m
    GROUP BY m.entity, m.state, coalesce(m.currency, '')
    HAVING sum(m.n) <> 0 OR coalesce(sum(m.n * m.minor), 0) <> 0
    ORDER BY m.entity, m.state, coalesce(m.currency, '')
    ON CONFLICT (organization_id, entity, state, currency, slot) DO UPDATE
    SET n = t.n + excluded.n, minor = t.minor + excluded.minor;
END
$$;

-- Store the first that was decided of records. p_slot: no other open transaction may be given the same one.
CREATE FUNCTION sync_code.add_records(p_organization_id bigint, p_slot smallint, p_records jsonb) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_records sync_code.decided[] := ARRAY(SELECT r
        FROM jsonb_populate_recordset(NULL::sync_code.decided, p_records) r ORDER BY r.entity, r.record_id);
    v_added bigint;
BEGIN
    INSERT INTO sync.record (organization_id, entity, record_id, donor_id, state, counted_as, reason, detail, crm_id,
        attempts, due_at, happened_at, changed_at, currency, minor)
    SELECT p_organization_id, r.entity, r.record_id, r.donor_id, r.state, r.state, r.reason, r.detail, r.crm_id, r.attempts,
        r.due_at, r.happened_at, r.changed_at, r.currency, r.minor
    FROM unnest(v_records) r
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_added = ROW_COUNT;
    IF v_added < cardinality(v_records) THEN
        RAISE serialization_failure USING MESSAGE = 'a record was made by another transaction at the same moment';
    END IF;
    PERFORM sync_code.move_tally(p_organization_id, p_slot, ARRAY(
        SELECT (r.entity, r.record_id, r.state, r.currency, r.minor, 1)::sync_code.move FROM unnest(v_records) r));
END
$$;

-- Store what was decided in place of what stood there. New ones are taken too: a program before this one hands them in
-- here. p_slot: no other open transaction may be given the same one.
CREATE FUNCTION sync_code.write_records(p_organization_id bigint, p_slot smallint, p_records jsonb) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_records sync_code.decided[] := ARRAY(SELECT r
        FROM jsonb_populate_recordset(NULL::sync_code.decided, p_records) r ORDER BY r.entity, r.record_id);
    -- Those that are here already, as they are counted, locked in one order for everybody: an operator's requeue comes before
    -- this or after, never in between.
    v_old sync_code.move[] := ARRAY(
        SELECT (k.entity, k.record_id, k.state, k.currency, k.minor, -1)::sync_code.move
        FROM unnest(v_records) r
        CROSS JOIN LATERAL (SELECT x.entity, x.record_id, x.state, x.currency, x.minor FROM sync.record x
            WHERE x.organization_id = p_organization_id AND x.entity = r.entity AND x.record_id = r.record_id
            LIMIT 1 FOR NO KEY UPDATE) k);
    v_old_donors bigint[] := '{}';
    v_old_gifts bigint[] := '{}';
    v_written bigint;
BEGIN
    IF v_old <> '{}' THEN
        SELECT array_agg(o.record_id) FILTER (WHERE o.entity = 'donor'),
            array_agg(o.record_id) FILTER (WHERE o.entity = 'gift')
        INTO v_old_donors, v_old_gifts FROM unnest(v_old) o;
    END IF;
    INSERT INTO sync.record AS t (organization_id, entity, record_id, donor_id, state, counted_as, reason, detail, crm_id,
        attempts, due_at, happened_at, changed_at, currency, minor)
    SELECT p_organization_id, r.entity, r.record_id, r.donor_id, r.state, r.state, r.reason, r.detail, r.crm_id, r.attempts,
        r.due_at, r.happened_at, r.changed_at, r.currency, r.minor
    FROM unnest(v_records) r
    ON CONFLICT (organization_id, entity, record_id) DO UPDATE SET state = excluded.state,
        counted_as = excluded.counted_as, reason = excluded.reason, detail = excluded.detail, crm_id = excluded.crm_id,
        attempts = excluded.attempts, due_at = excluded.due_at, changed_at = excluded.changed_at,
        currency = excluded.currency, minor = excluded.minor
    WHERE t.record_id = ANY (CASE t.entity WHEN 'donor' THEN v_old_donors ELSE v_old_gifts END);
    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written < cardinality(v_records) THEN
        RAISE serialization_failure USING MESSAGE = 'a record was made by another transaction at the same moment';
    END IF;
    PERFORM sync_code.move_tally(p_organization_id, p_slot, v_old || ARRAY(
        SELECT (r.entity, r.record_id, r.state, r.currency, r.minor, 1)::sync_code.move FROM unnest(v_records) r));
END
$$;

-- Make failed or pending records due now; answers how many. Those who ask have slots of their own, and do nothing after this
-- that waits: so they and the workers, who may write several times in a transaction, never wait for each other in a ring.
CREATE FUNCTION sync_code.requeue(p_organization_id bigint, p_entity text, p_record_ids bigint[], p_now timestamptz)
RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_old sync_code.move[] := ARRAY(
        SELECT (k.entity, k.record_id, k.state, k.currency, k.minor, -1)::sync_code.move
        FROM (SELECT x.entity, x.record_id, x.state, x.currency, x.minor FROM sync.record x
              WHERE x.organization_id = p_organization_id AND x.entity = p_entity AND x.record_id = ANY (p_record_ids)
                  AND x.state IN ('failed', 'pending')
              ORDER BY x.record_id FOR NO KEY UPDATE) k);
    v_ids bigint[] := ARRAY(SELECT o.record_id FROM unnest(v_old) o);
BEGIN
    UPDATE sync.record r SET state = 'pending', counted_as = 'pending', reason = 'retrying', due_at = p_now, attempts = 0,
        changed_at = p_now
    WHERE r.organization_id = p_organization_id AND r.entity = p_entity AND r.record_id = ANY (v_ids);
    PERFORM sync_code.move_tally(p_organization_id, (8 + (pg_backend_pid() & 7))::smallint, v_old || ARRAY(
        SELECT (o.entity, o.record_id, 'pending', o.currency, o.minor, 1)::sync_code.move FROM unnest(v_old) o));
    RETURN cardinality(v_ids);
END
$$;
