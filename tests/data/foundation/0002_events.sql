-- The event log: one append-only table per product, read by cursors that remember a snapshot.
-- Why this shape: docs/decisions/0004-event-log.md.

CREATE TABLE platform.event_cursor (
    log text NOT NULL,
    consumer text NOT NULL,
    part smallint NOT NULL,
    after_id bigint NOT NULL DEFAULT 0,
    seen pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),
    moved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log, consumer, part)
) WITH (fillfactor = 10);

-- Donors (contacts) are spread over 8 parts; one part is read by one worker at a time, in order.
CREATE FUNCTION platform.event_part(p_organization_id bigint, p_key bigint) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((hashint8(p_organization_id) # hashint8(p_key)) & 7))::smallint;

-- A product's log. Partitioned by ranges of 2^22 ids, so that old events leave by dropping a table.
CREATE FUNCTION platform.create_event_log(p_schema text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($sql$
        CREATE SEQUENCE %1$I.event_id_seq;
        CREATE TABLE %1$I.event (
            organization_id bigint NOT NULL,
            id bigint NOT NULL DEFAULT nextval('%1$I.event_id_seq'),
            part smallint NOT NULL,
            key_id bigint NOT NULL,
            kind text NOT NULL,
            record_id bigint NOT NULL,
            happened_at timestamptz NOT NULL,
            xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            data jsonb,
            PRIMARY KEY (organization_id, id)
        ) PARTITION BY RANGE (id);
        CREATE INDEX event_part_id ON %1$I.event (part, id);
        CREATE INDEX event_part_xid ON %1$I.event (part, xid, id);
    $sql$, p_schema);
    PERFORM platform.extend_event_log(p_schema);
END
$$;

-- Make the partition of the newest id and the next one. Safe to call at any time, by any number of processes.
CREATE FUNCTION platform.extend_event_log(p_schema text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_newest bigint;
    v_block bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('almoner.extend_event_log'));
    EXECUTE format('SELECT last_value FROM %I.event_id_seq', p_schema) INTO v_newest;
    FOR v_block IN SELECT generate_series(v_newest >> 22, (v_newest >> 22) + 1) LOOP
        IF to_regclass(format('%I.event_%s', p_schema, v_block)) IS NULL THEN
            -- Made apart and attached: PARTITION OF would wait for every open writer, and all others behind it.
            EXECUTE format('CREATE TABLE %1$I.event_%2$s (LIKE %1$I.event INCLUDING ALL, CHECK (id >= %3$s AND id < %4$s))',
                p_schema, v_block, v_block << 22, (v_block + 1) << 22);
            -- When most rows carry one transaction number (after a restore) the planner must still think them many.
            EXECUTE format('ALTER TABLE %I.event_%s ALTER COLUMN xid SET (n_distinct = -0.02)', p_schema, v_block);
            -- Rows are reached through the log, whose policy holds; a partition by itself shows none.
            EXECUTE format('ALTER TABLE %I.event_%s ENABLE ROW LEVEL SECURITY', p_schema, v_block);
            PERFORM platform.plant_statistics(p_schema, format('event_%s', v_block));
            EXECUTE format('ALTER TABLE %1$I.event ATTACH PARTITION %1$I.event_%2$s FOR VALUES FROM (%3$s) TO (%4$s)',
                p_schema, v_block, v_block << 22, (v_block + 1) << 22);
        END IF;
    END LOOP;
END
$$;

-- Lock one part's cursor for this transaction and read what it has not seen, in id order. Empty when another
-- worker holds the part. `late` events are those whose transaction was still open when the cursor went past them;
-- all of them come, then at most p_limit fresh ones. What is read is exactly what the snapshot
-- counts as seen, so events that this very transaction appended come now or later, and once. The lock is a statement of
-- its own: in one statement with the read, the snapshot would be older than the lock. Nothing is moved: platform.move_cursor does that, in the
-- same transaction as the consumer's effects.
CREATE FUNCTION platform.read_events(p_log text, p_consumer text, p_part smallint, p_limit int)
RETURNS TABLE (organization_id bigint, id bigint, key_id bigint, kind text, record_id bigint,
               happened_at timestamptz, data text, snapshot text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_after bigint;
    v_seen pg_snapshot;
BEGIN
    SELECT c.after_id, c.seen INTO v_after, v_seen
    FROM platform.event_cursor c
    WHERE c.log = p_log AND c.consumer = p_consumer AND c.part = p_part
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($sql$
        WITH late AS (
            SELECT e.* FROM %1$I.event e WHERE e.part = $1 AND e.xid = ANY ($5) AND e.id <= $2
            UNION ALL
            SELECT e.* FROM %1$I.event e
            WHERE e.part = $1 AND e.xid >= $3 AND e.xid < pg_snapshot_xmax(pg_current_snapshot()) AND e.id <= $2
        ), fresh AS (
            SELECT e.* FROM %1$I.event e
            WHERE e.part = $1 AND e.id > $2 AND pg_visible_in_snapshot(e.xid, (SELECT pg_current_snapshot()))
            ORDER BY e.id LIMIT $4
        )
        SELECT e.organization_id, e.id, e.key_id, e.kind, e.record_id, e.happened_at, e.data::text,
               pg_current_snapshot()::text
        FROM (SELECT * FROM late UNION ALL SELECT * FROM fresh) e
        ORDER BY e.id
    $sql$, p_log) USING p_part, v_after, pg_snapshot_xmax(v_seen), p_limit, ARRAY(SELECT pg_snapshot_xip(v_seen));
END
$$;

CREATE FUNCTION platform.move_cursor(p_log text, p_consumer text, p_part smallint, p_after bigint, p_seen text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    UPDATE platform.event_cursor
    SET after_id = greatest(after_id, p_after), seen = p_seen::pg_snapshot, moved_at = clock_timestamp()
    WHERE log = p_log AND consumer = p_consumer AND part = p_part
$$;

-- Parts of a log that hold something the consumer has not read.
CREATE FUNCTION platform.parts_with_news(p_log text, p_consumer text) RETURNS SETOF smallint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    RETURN QUERY EXECUTE format($sql$
        SELECT c.part FROM platform.event_cursor c
        WHERE c.log = $1 AND c.consumer = $2 AND (
            c.after_id < (SELECT max(e.id) FROM %1$I.event e WHERE e.part = c.part)
            OR (SELECT e.id FROM %1$I.event e WHERE e.part = c.part AND e.xid >= pg_snapshot_xmax(c.seen)
                AND e.xid < pg_snapshot_xmax(pg_current_snapshot()) AND e.id <= c.after_id
                ORDER BY e.xid LIMIT 1) IS NOT NULL
            OR EXISTS (SELECT FROM %1$I.event e WHERE e.part = c.part
                AND e.xid = ANY (ARRAY(SELECT pg_snapshot_xip(c.seen))) AND e.id <= c.after_id)
        )
    $sql$, p_log) USING p_log, p_consumer;
END
$$;

CREATE FUNCTION platform.register_consumer(p_log text, p_consumer text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO platform.event_cursor (log, consumer, part)
    SELECT p_log, p_consumer, part FROM generate_series(0, 7) AS part
    ON CONFLICT DO NOTHING
$$;

-- How many events a consumer has yet to read, over all parts.
CREATE FUNCTION platform.backlog(p_log text, p_consumer text) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_count bigint;
BEGIN
    EXECUTE format($sql$
        SELECT coalesce(sum(n), 0) FROM platform.event_cursor c
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM %1$I.event e WHERE e.part = c.part AND e.id > c.after_id) x
        WHERE c.log = $1 AND c.consumer = $2
    $sql$, p_log) INTO v_count USING p_log, p_consumer;
    RETURN v_count;
END
$$;

REVOKE ALL ON platform.event_cursor FROM almoner_app;

-- Hold one part of a consumer for this transaction, as read_events does; false when another worker holds it.
CREATE FUNCTION platform.lock_part(p_log text, p_consumer text, p_part smallint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM FROM platform.event_cursor c
    WHERE c.log = p_log AND c.consumer = p_consumer AND c.part = p_part
    FOR UPDATE SKIP LOCKED;
    RETURN FOUND;
END
$$;

-- Transaction numbers count within one server. When this database came here from another server (restored from a dump),
-- the numbers in its logs mean nothing, and events would be passed over in silence. So before anything reads there: step
-- each cursor back before its first event not known to be seen, then give all events a number that is long past. Some
-- events come twice, none is lost. Answers whether the database has moved.
CREATE TABLE platform.server (system_identifier bigint NOT NULL);
INSERT INTO platform.server SELECT system_identifier FROM pg_control_system();

CREATE FUNCTION platform.adopt_event_logs() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_here bigint := (SELECT system_identifier FROM pg_control_system());
    v_log text;
BEGIN
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
