-- older programs may run on this
--
-- What a new table needs, for that table alone: `protect` gives the application its rights on every table of a module again,
-- those too that an earlier migration took away.

CREATE FUNCTION platform.protect_table(p_table regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_name text := (SELECT c.relname FROM pg_class c WHERE c.oid = p_table);
    v_schema text := (SELECT c.relnamespace::regnamespace::text FROM pg_class c WHERE c.oid = p_table);
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO almoner_app', p_table);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('CREATE POLICY tenant ON %s USING (organization_id = platform.tenant())'
        || ' WITH CHECK (organization_id = platform.tenant())', p_table);
    PERFORM platform.plant_statistics(v_schema, v_name);
END
$$;
