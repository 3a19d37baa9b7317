-- Records and the tally of their states, which always equals a count over the records (sync/store.sql, tally_differences).
-- Every change of a state goes through here.

CREATE TYPE sync_code.decided AS (
    destination text, entity text, record_id bigint, donor_id bigint, wanted int, done int, event_id bigint, reason text,
    detail text, crm_id bigint, attempts int, due_at timestamptz, happened_at timestamptz, changed_at timestamptz,
    currency text, minor bigint, done_minor bigint
);

-- Records as programs read them. A time that none can hold is told with the nearest: such a row must keep no other from being read.
CREATE VIEW sync_code.told_record WITH (security_invoker = true) AS
SELECT organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason, detail, state, crm_id, attempts,
    platform_code.in_time(due_at) AS due_at, platform_code.in_time(happened_at) AS happened_at,
    platform_code.in_time(changed_at) AS changed_at, currency, minor, done_minor,
    platform_code.in_time(waited_since) AS waited_since, waited_for
FROM sync.record;

-- Whether what has this reason goes on by itself when something else has changed: a project, a campaign, a reversal, its gift.
CREATE FUNCTION sync_code.is_mendable(p_reason text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_reason IN ('project_unknown', 'project_inactive', 'held_campaign_paused', 'gift_reversed', 'waiting_for_gift');

-- Whether a record failed and is not there in any version: what belongs to it waits for what it needs.
CREATE FUNCTION sync_code.is_kept_out(p_state text, p_done int) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_state = 'failed' AND p_done = 0;

-- Records that leave a state (n = -1) or come into one (n = 1). Donors have no money, and what is not there no done_minor.
CREATE TYPE sync_code.move AS (
    destination text, entity text, record_id bigint, state text, currency text, minor bigint,
    done_minor bigint, n int
);

-- Move the tally by records that left a state and came into another; what a state gains and loses at once stays as it was.
CREATE FUNCTION sync_code.move_tally(p_organization_id bigint, p_slot smallint, p_moves sync_code.move[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    INSERT INTO sync.tally AS t (organization_id, destination, entity, state, currency, slot, n, minor, there_n, there_minor)
    SELECT p_organization_id, m.destination, m.entity, m.state, coalesce(m.currency, ''), p_slot, sum(m.n),
        coalesce(sum(m.n * m.minor), 0), coalesce(sum(m.n) FILTER (WHERE m.done_minor IS NOT NULL), 0),
        coalesce(sum(m.n * m.done_minor), 0)
    FROM unnest(p_moves) m
    GROUP BY m.destination, m.entity, m.state, coalesce(m.currency, '')
    HAVING sum(m.n) <> 0 OR coalesce(sum(m.n * m.minor), 0) <> 0 OR coalesce(sum(m.n * m.done_minor), 0) <> 0
        OR sum(m.n) FILTER (WHERE m.done_minor IS NOT NULL) <> 0
    ORDER BY m.destination, m.entity, m.state, coalesce(m.currency, '')
    ON CONFLICT (organization_id, destination, entity, state, currency, slot) DO UPDATE
    SET n = t.n + excluded.n, minor = t.minor + excluded.minor, there_n = t.there_n + excluded.there_n,
        there_minor = t.there_minor + excluded.there_minor;
END
$$;

-- The slot that was given, or one of this transaction alone, beyond those of parts.
CREATE FUNCTION sync_code.slot_of(p_organization_id bigint, p_slot smallint) RETURNS smallint LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(p_slot, (16 + platform_code.own_slot(p_organization_id, 2))::smallint)
$$;

-- Records as the tally counts them from now on.
CREATE FUNCTION sync_code.arriving(p_records sync_code.decided[]) RETURNS sync_code.move[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY(SELECT (r.destination, r.entity, r.record_id, sync.state_of(r.reason, r.wanted, r.done), r.currency, r.minor,
        r.done_minor, 1)::sync_code.move FROM unnest(p_records) r)
$$;

-- Whether a record cannot go before something is mended: it failed, is held by a rule, or stands behind its donor who failed:
-- one of p_failed, which are being stored, or one that is stored.
CREATE FUNCTION sync_code.waits_for_a_cause(
    p_organization_id bigint, p_record sync_code.decided, p_failed bigint[]
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p_record.reason = 'waiting_for_donor' THEN p_record.donor_id = ANY (p_failed) OR EXISTS (
        SELECT FROM sync.record d WHERE d.organization_id = p_organization_id AND d.destination = p_record.destination
            AND d.entity = 'donor' AND d.record_id = p_record.donor_id AND sync_code.is_kept_out(d.state, d.done))
        ELSE sync.state_of(p_record.reason, p_record.wanted, p_record.done) IN ('failed', 'withheld') END
$$;

-- Donors among records who are kept out.
CREATE FUNCTION sync_code.failed_donors(p_records sync_code.decided[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY(SELECT r.record_id FROM unnest(p_records) r
        WHERE r.entity = 'donor' AND sync_code.is_kept_out(sync.state_of(r.reason, r.wanted, r.done), r.done))
$$;

-- Store the first that was decided of records. p_slot: no other open transaction may be given the same one; without
-- it the transaction takes one for itself.
CREATE FUNCTION sync_code.add_records(p_organization_id bigint, p_slot smallint, p_records json) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_records sync_code.decided[] := ARRAY(SELECT r
        FROM json_populate_recordset(NULL::sync_code.decided, p_records) r ORDER BY r.destination, r.entity, r.record_id);
    v_failed bigint[] := sync_code.failed_donors(v_records);
    v_added bigint;
BEGIN
    INSERT INTO sync.record (organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason, detail,
        crm_id, attempts, due_at, happened_at, changed_at, currency, minor, done_minor, waited_since, waited_for)
    SELECT p_organization_id, r.destination, r.entity, r.record_id, r.donor_id, r.wanted, r.done, r.event_id, r.reason,
        r.detail, r.crm_id, coalesce(r.attempts, 0), r.due_at, r.happened_at, r.changed_at, r.currency, r.minor, r.done_minor,
        CASE WHEN w.for_a_cause THEN r.changed_at END, CASE WHEN w.for_a_cause THEN r.reason END
    FROM unnest(v_records) r
    CROSS JOIN LATERAL (SELECT CASE WHEN r.reason IS NULL OR r.reason = 'queued' THEN false
        ELSE sync_code.waits_for_a_cause(p_organization_id, r, v_failed) END AS for_a_cause) w
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_added = ROW_COUNT;
    IF v_added < cardinality(v_records) THEN
        RAISE serialization_failure USING MESSAGE = 'a record was made by another transaction at the same moment';
    END IF;
    PERFORM sync_code.move_tally(p_organization_id, sync_code.slot_of(p_organization_id, p_slot),
        sync_code.arriving(v_records));
END
$$;

-- Store what was decided in place of what stood there. p_slot: no other open transaction may be given the same one; without
-- it the transaction takes one for itself.
CREATE FUNCTION sync_code.write_records(p_organization_id bigint, p_slot smallint, p_records json) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_records sync_code.decided[] := ARRAY(SELECT r FROM json_populate_recordset(NULL::sync_code.decided, p_records) r
        ORDER BY r.destination, r.entity, r.record_id);
    -- As they are counted, locked in one order for everybody: an operator's requeue comes before this or after, never in between.
    v_old sync_code.move[] := ARRAY(
        SELECT (k.destination, k.entity, k.record_id, k.state, k.currency, k.minor, k.done_minor, -1)::sync_code.move
        FROM unnest(v_records) r
        CROSS JOIN LATERAL (SELECT x.destination, x.entity, x.record_id, x.state, x.currency, x.minor, x.done_minor
            FROM sync.record x
            WHERE x.organization_id = p_organization_id AND x.destination = r.destination AND x.entity = r.entity
                AND x.record_id = r.record_id
            LIMIT 1 FOR NO KEY UPDATE) k);
    v_failed bigint[] := sync_code.failed_donors(v_records);
BEGIN
    IF cardinality(v_old) < cardinality(v_records) THEN
        RAISE 'a record to be replaced is not there';
    END IF;
    INSERT INTO sync.record AS t (organization_id, destination, entity, record_id, donor_id, wanted, done, event_id, reason,
        detail, crm_id, attempts, due_at, happened_at, changed_at, currency, minor, done_minor, waited_since, waited_for)
    SELECT p_organization_id, r.destination, r.entity, r.record_id, r.donor_id, r.wanted, r.done, r.event_id, r.reason,
        r.detail, r.crm_id, coalesce(r.attempts, 0), r.due_at, r.happened_at, r.changed_at, r.currency, r.minor, r.done_minor,
        CASE WHEN w.for_a_cause THEN r.changed_at END, CASE WHEN w.for_a_cause THEN r.reason END
    FROM unnest(v_records) r
    CROSS JOIN LATERAL (SELECT CASE WHEN r.reason IS NULL OR r.reason = 'queued' THEN false
        ELSE sync_code.waits_for_a_cause(p_organization_id, r, v_failed) END AS for_a_cause) w
    -- All are there: an insert that conflicts is a probe of the key in every plan.
    ON CONFLICT (organization_id, destination, entity, record_id) DO UPDATE SET donor_id = excluded.donor_id, wanted = excluded.wanted,
        done = excluded.done, event_id = excluded.event_id, reason = excluded.reason, detail = excluded.detail,
        crm_id = excluded.crm_id, attempts = excluded.attempts, due_at = excluded.due_at, happened_at = excluded.happened_at,
        changed_at = excluded.changed_at, currency = excluded.currency, minor = excluded.minor,
        done_minor = excluded.done_minor,
        -- What waited keeps since when until its next change.
        waited_since = CASE WHEN t.done < t.wanted THEN coalesce(t.waited_since, excluded.waited_since)
            ELSE excluded.waited_since END,
        waited_for = CASE WHEN t.done < t.wanted THEN coalesce(t.waited_for, excluded.waited_for)
            ELSE excluded.waited_for END;
    PERFORM sync_code.move_tally(p_organization_id, sync_code.slot_of(p_organization_id, p_slot),
        v_old || sync_code.arriving(v_records));
END
$$;

-- Make failed or pending records due now; those held with their campaign or without their gift too when a destination is named, which is then the only
-- one. Answers how many. Those who ask have slots of their own, and do nothing after this that waits, but to ask the same of the
-- next entity, in one order for all: the tally is by entity. So they and the workers, who may write several times in a transaction,
-- never wait for each other in a ring.
CREATE FUNCTION sync_code.requeue(
    p_organization_id bigint, p_entity text, p_record_ids bigint[], p_now timestamptz, p_destination text DEFAULT NULL
) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_old sync_code.move[] := ARRAY(
        SELECT (k.destination, k.entity, k.record_id, k.state, k.currency, k.minor, k.done_minor, -1)::sync_code.move
        FROM (SELECT x.destination, x.entity, x.record_id, x.state, x.currency, x.minor, x.done_minor
            FROM sync.record x
              WHERE x.organization_id = p_organization_id AND x.entity = p_entity AND x.record_id = ANY (p_record_ids)
                  AND (p_destination IS NULL OR x.destination = p_destination)
                  AND (x.state IN ('failed', 'pending')
                      OR x.reason IN ('held_campaign_paused', 'waiting_for_gift') AND p_destination IS NOT NULL)
              ORDER BY x.destination, x.record_id FOR NO KEY UPDATE) k);
BEGIN
    UPDATE sync.record r SET reason = 'queued', due_at = p_now, attempts = 0, changed_at = p_now
    WHERE r.organization_id = p_organization_id AND r.entity = p_entity AND r.record_id = ANY (p_record_ids)
        AND (r.destination, r.record_id) IN (SELECT o.destination, o.record_id FROM unnest(v_old) o);
    PERFORM sync_code.move_tally(p_organization_id, (8 + (pg_backend_pid() & 7))::smallint, v_old || ARRAY(
        SELECT (o.destination, o.entity, o.record_id, 'pending', o.currency, o.minor, o.done_minor, 1)::sync_code.move
        FROM unnest(v_old) o));
    RETURN cardinality(v_old);
END
$$;
