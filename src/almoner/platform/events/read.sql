-- needs: platform/organizations/slots, platform/events/log
--
-- Cursors: what each consumer of a log has yet to read.
--
-- The functions that workers call for each batch find the log's table by a search path, not by dynamic SQL: so its plan is
-- kept for as long as a connection reads the same log. Planning it at each call cost half a millisecond (decision 7).

-- Lock one part's cursor for this transaction and read what it has not seen, in id order. Empty when another
-- worker holds the part. `late` events are those whose transaction was still open when the cursor went past them;
-- all of them come, then at most p_limit fresh ones. What is read is exactly what the snapshot
-- counts as seen, so events that this very transaction appended come now or later, and once. The lock is a statement of
-- its own: in one statement with the read, the snapshot would be older than the lock. Nothing is moved: platform_code.move_cursor does that, in the
-- same transaction as the consumer's effects. An event of a time that no program can hold is told with the nearest: one row must not
-- keep a whole part from being read.
CREATE FUNCTION platform_code.read_events(p_log text, p_consumer text, p_part smallint, p_limit int)
RETURNS TABLE (organization_id bigint, id bigint, key_id bigint, kind text, record_id bigint,
               happened_at timestamptz, data text, snapshot text, version int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_after bigint;
    v_seen pg_snapshot;
    v_seen_xmax xid8;
    v_seen_xip xid8[];
BEGIN
    PERFORM platform_code.require_system();
    PERFORM platform_code.require_log(p_log);
    SELECT c.after_id, c.seen INTO v_after, v_seen
    FROM platform.event_cursor c
    WHERE c.log = p_log AND c.consumer = p_consumer AND c.part = p_part
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_seen_xmax := pg_snapshot_xmax(v_seen);
    v_seen_xip := ARRAY(SELECT pg_snapshot_xip(v_seen));
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', p_log), true);
    RETURN QUERY
    WITH late AS (
        SELECT e.* FROM event e WHERE e.part = p_part AND e.xid = ANY (v_seen_xip) AND e.id <= v_after
        UNION ALL
        SELECT e.* FROM event e
        WHERE e.part = p_part AND e.xid >= v_seen_xmax AND e.xid < pg_snapshot_xmax(pg_current_snapshot())
            AND e.id <= v_after
    ), fresh AS (
        SELECT e.* FROM event e
        WHERE e.part = p_part AND e.id > v_after AND pg_visible_in_snapshot(e.xid, (SELECT pg_current_snapshot()))
        ORDER BY e.id LIMIT p_limit
    )
    SELECT e.organization_id, e.id, e.key_id, e.kind, e.record_id, platform_code.in_time(e.happened_at), e.data::text,
        pg_current_snapshot()::text, e.version
    FROM (SELECT * FROM late UNION ALL SELECT * FROM fresh) e
    ORDER BY e.id;
END
$$;

-- The consumer has read up to p_after, and saw what p_seen says: in the transaction of its effects, which belongs to an organization
-- by then. So it is not asked whose it is, but whether it holds the part, as read_events and lock_part let it.
CREATE FUNCTION platform_code.move_cursor(p_log text, p_consumer text, p_part smallint, p_after bigint, p_seen text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE platform.event_cursor c
    SET after_id = greatest(c.after_id, p_after), seen = p_seen::pg_snapshot, moved_at = clock_timestamp()
    WHERE c.log = p_log AND c.consumer = p_consumer AND c.part = p_part
        AND pg_current_xact_id()::xid IN (c.xmax, c.xmin);
    IF NOT FOUND THEN
        raise insufficient_privilege USING MESSAGE = 'this transaction does not hold the part';
    END IF;
END
$$;

-- Parts of a log that hold something the consumer has not read. It says nothing of whose: an organization may ask whether all is read.
CREATE FUNCTION platform_code.parts_with_news(p_log text, p_consumer text) RETURNS SETOF smallint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM platform_code.require_log(p_log);
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', p_log), true);
    RETURN QUERY
    SELECT c.part FROM platform.event_cursor c
    WHERE c.log = p_log AND c.consumer = p_consumer AND (
        c.after_id < (SELECT max(e.id) FROM event e WHERE e.part = c.part)
        OR (SELECT e.id FROM event e WHERE e.part = c.part AND e.xid >= pg_snapshot_xmax(c.seen)
            AND e.xid < pg_snapshot_xmax(pg_current_snapshot()) AND e.id <= c.after_id
            ORDER BY e.xid LIMIT 1) IS NOT NULL
        OR EXISTS (SELECT FROM event e WHERE e.part = c.part
            AND e.xid = ANY (ARRAY(SELECT pg_snapshot_xip(c.seen))) AND e.id <= c.after_id));
END
$$;

-- A cursor for each part, at the beginning of the log; those that are there stay where they are.
CREATE FUNCTION platform_code.register_consumer(p_log text, p_consumer text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    SELECT platform_code.require_log(p_log);
    INSERT INTO platform.event_cursor (log, consumer, part)
    SELECT p_log, p_consumer, part FROM generate_series(0, 7) AS part
    ON CONFLICT DO NOTHING
$$;

-- How many events a consumer has yet to read, over all parts.
CREATE FUNCTION platform_code.backlog(p_log text, p_consumer text) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM platform_code.require_system();
    PERFORM platform_code.require_log(p_log);
    EXECUTE format($sql$
        SELECT coalesce(sum(n), 0) FROM platform.event_cursor c
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM %1$I.event e WHERE e.part = c.part AND e.id > c.after_id) x
        WHERE c.log = $1 AND c.consumer = $2
    $sql$, p_log) INTO v_count USING p_log, p_consumer;
    RETURN v_count;
END
$$;

-- For how many seconds, at most, a part has not been read on while an event waits in it: since the cursor last moved, or
-- since the oldest waiting event happened, whichever is later. NULL when none waits.
CREATE FUNCTION platform_code.stands_for(p_log text, p_consumer text) RETURNS double precision
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_since timestamptz;
BEGIN
    PERFORM platform_code.require_system();
    PERFORM platform_code.require_log(p_log);
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', p_log), true);
    SELECT min(greatest(c.moved_at, e.happened_at)) INTO v_since
    FROM platform.event_cursor c
    CROSS JOIN LATERAL (
        SELECT e.happened_at FROM event e WHERE e.part = c.part AND e.id > c.after_id ORDER BY e.id LIMIT 1
    ) e
    WHERE c.log = p_log AND c.consumer = p_consumer;
    RETURN extract(epoch FROM v_now - v_since);
END
$$;

-- What a consumer has yet to read of one kind of an organization's events: how many, since when, and whether there are more: of each part no
-- more than its next p_most events are looked at, whosever they are.
CREATE FUNCTION platform_code.unread(p_organization_id bigint, p_log text, p_consumer text, p_kind text, p_most int)
RETURNS TABLE (events bigint, since timestamptz, has_more boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM platform_code.require_log(p_log);
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', p_log), true);
    RETURN QUERY
    SELECT coalesce(sum(x.own), 0)::bigint, platform_code.in_time(min(x.since)), coalesce(bool_or(x.seen = p_most), false)
    FROM platform.event_cursor c
    CROSS JOIN LATERAL (
        SELECT count(*) AS seen, count(*) FILTER (WHERE n.is_own) AS own, min(n.happened_at) FILTER (WHERE n.is_own) AS since
        FROM (
            SELECT e.happened_at, e.organization_id = p_organization_id AND e.kind = p_kind AS is_own
            FROM event e WHERE e.part = c.part AND e.id > c.after_id ORDER BY e.id LIMIT p_most
        ) n
    ) x
    WHERE c.log = p_log AND c.consumer = p_consumer;
END
$$;

-- Hold one part of a consumer for this transaction, as read_events does; false when another worker holds it.
CREATE FUNCTION platform_code.lock_part(p_log text, p_consumer text, p_part smallint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    PERFORM FROM platform.event_cursor c
    WHERE c.log = p_log AND c.consumer = p_consumer AND c.part = p_part
    FOR UPDATE SKIP LOCKED;
    RETURN FOUND;
END
$$;
