-- Room ahead in the logs, and logs that come from another server.

-- Refuse a schema that has no event log. Functions that run with the owner's rights call it before they look for a table by its name:
-- a caller could else have them read a view of its own.
CREATE FUNCTION platform_code.require_log(p_log text) RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
    IF p_log LIKE 'pg\_%' OR NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = p_log AND c.relname = 'event' AND c.relkind = 'p') THEN
        raise insufficient_privilege USING MESSAGE = format('schema %s has no event log', p_log);
    END IF;
END
$$;

-- Make the partition of an id and the next one. Safe to call at any time, by any number of processes. Where nodes count in
-- ranges of their own, it is called with the newest id of each.
CREATE FUNCTION platform_code.extend_event_log_to(p_schema text, p_id bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    v_block bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('almoner.extend_event_log'));
    FOR v_block IN SELECT generate_series(p_id >> 22, (p_id >> 22) + 1) LOOP
        IF to_regclass(format('%I.event_%s', p_schema, v_block)) IS NULL THEN
            -- Made apart and attached: PARTITION OF would wait for every open writer, and all others behind it.
            EXECUTE format('CREATE TABLE %1$I.event_%2$s (LIKE %1$I.event INCLUDING ALL, CHECK (id >= %3$s AND id < %4$s))',
                p_schema, v_block, v_block << 22, (v_block + 1) << 22);
            -- When most rows carry one transaction number (after a restore) the planner must still think them many.
            EXECUTE format('ALTER TABLE %I.event_%s ALTER COLUMN xid SET (n_distinct = -0.02)', p_schema, v_block);
            -- Rows are reached through the log, whose rights and policy hold; a partition by itself shows none.
            EXECUTE format('REVOKE ALL ON %I.event_%s FROM almoner_app', p_schema, v_block);
            EXECUTE format('ALTER TABLE %I.event_%s ENABLE ROW LEVEL SECURITY', p_schema, v_block);
            PERFORM platform.plant_statistics(p_schema, format('event_%s', v_block));
            EXECUTE format('ALTER TABLE %1$I.event ATTACH PARTITION %1$I.event_%2$s FOR VALUES FROM (%3$s) TO (%4$s)',
                p_schema, v_block, v_block << 22, (v_block + 1) << 22);
        END IF;
    END LOOP;
END
$$;

-- The same for the newest id of this server.
CREATE FUNCTION platform_code.extend_event_log(p_schema text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_newest bigint;
BEGIN
    PERFORM platform_code.require_system();
    PERFORM platform_code.require_log(p_schema);
    EXECUTE format('SELECT last_value FROM %I.event_id_seq', p_schema) INTO v_newest;
    PERFORM platform_code.extend_event_log_to(p_schema, v_newest);
END
$$;

-- Transaction numbers count within one server. When this database came here from another server (restored from a dump),
-- the numbers in its logs mean nothing, and events would be passed over in silence. So before anything reads there: step
-- each cursor back before its first event not known to be seen, then give all events a number that is long past. Some
-- events come twice, none is lost. Answers whether the database has moved.
CREATE FUNCTION platform_code.adopt_event_logs() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_here bigint := (SELECT system_identifier FROM pg_control_system());
    v_log text;
BEGIN
    IF v_here = (SELECT system_identifier FROM platform.server) THEN
        RETURN false;
    END IF;
    LOCK TABLE platform.server, platform.event_cursor IN ACCESS EXCLUSIVE MODE;
    IF v_here = (SELECT system_identifier FROM platform.server) THEN
        RETURN false;
    END IF;
    FOR v_log IN SELECT c.relnamespace::regnamespace::text FROM pg_class c
        WHERE c.relname = 'event' AND c.relkind = 'p'
    LOOP
        EXECUTE format($sql$
            UPDATE platform.event_cursor c SET seen = pg_current_snapshot(), after_id = least(c.after_id, coalesce(
                (SELECT min(e.id) - 1 FROM %1$I.event e WHERE e.part = c.part AND e.id <= c.after_id
                 AND NOT pg_visible_in_snapshot(e.xid, c.seen)), c.after_id))
            WHERE c.log = %1$L
        $sql$, v_log);
        EXECUTE format('UPDATE %I.event SET xid = %L', v_log, '3');
    END LOOP;
    UPDATE platform.server SET system_identifier = v_here;
    RETURN true;
END
$$;

-- What has to be done to the logs before anything writes or reads: by every process that starts.
CREATE FUNCTION platform_code.open_event_logs() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM platform_code.adopt_event_logs();
    PERFORM platform_code.extend_event_log(n.nspname::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'event' AND c.relkind = 'p' ORDER BY n.nspname;
END
$$;
