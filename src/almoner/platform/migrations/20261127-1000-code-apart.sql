-- older programs may run on this
--
-- Functions moved to platform_code. Processes of the program before this one go on calling them by their old names until
-- they are stopped; a later version drops these names.
--
-- squawk-ignore-file ban-drop-function
-- What goes is called by migrations alone.

DROP FUNCTION IF EXISTS platform.create_event_log(text);

CREATE OR REPLACE FUNCTION platform.create_organization(p_name text, p_currency text, p_time_zone text, p_integration text)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN platform_code.create_organization(p_name, p_currency, p_time_zone, p_integration);
END
$$;

CREATE OR REPLACE FUNCTION platform.list_organizations() RETURNS SETOF platform.organization LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM platform_code.list_organizations();
END
$$;

CREATE OR REPLACE FUNCTION platform.extend_event_log(p_schema text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM platform_code.extend_event_log(p_schema);
END
$$;

CREATE OR REPLACE FUNCTION platform.read_events(p_log text, p_consumer text, p_part smallint, p_limit int)
RETURNS TABLE (organization_id bigint, id bigint, key_id bigint, kind text, record_id bigint,
               happened_at timestamptz, data text, snapshot text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT e.organization_id, e.id, e.key_id, e.kind, e.record_id, e.happened_at, e.data, e.snapshot
    FROM platform_code.read_events(p_log, p_consumer, p_part, p_limit) e;
END
$$;

CREATE OR REPLACE FUNCTION platform.move_cursor(
    p_log text, p_consumer text, p_part smallint, p_after bigint, p_seen text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM platform_code.move_cursor(p_log, p_consumer, p_part, p_after, p_seen);
END
$$;

CREATE OR REPLACE FUNCTION platform.parts_with_news(p_log text, p_consumer text) RETURNS SETOF smallint
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM platform_code.parts_with_news(p_log, p_consumer);
END
$$;

CREATE OR REPLACE FUNCTION platform.register_consumer(p_log text, p_consumer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM platform_code.register_consumer(p_log, p_consumer);
END
$$;

CREATE OR REPLACE FUNCTION platform.backlog(p_log text, p_consumer text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN platform_code.backlog(p_log, p_consumer);
END
$$;

CREATE OR REPLACE FUNCTION platform.lock_part(p_log text, p_consumer text, p_part smallint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    RETURN platform_code.lock_part(p_log, p_consumer, p_part);
END
$$;

CREATE OR REPLACE FUNCTION platform.adopt_event_logs() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN platform_code.adopt_event_logs();
END
$$;

-- Their readiness check counts the rows of the ledger they had.
CREATE TABLE IF NOT EXISTS public.almoner_migration (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON public.almoner_migration TO almoner_app;
