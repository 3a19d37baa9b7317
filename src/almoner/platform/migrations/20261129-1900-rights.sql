-- What the application role may do is said table by table, and is what the program does: docs/decisions/0021. A new table says
-- it too, in the second argument of protect_table.
--
-- Programs before this one must not start on it: their code, made anew, would write figures under the application role.
--
-- squawk-ignore-file ban-drop-function
-- What goes gave every right, and is called by migrations that ran.

DROP FUNCTION platform.protect(text), platform.protect_table(regclass);

-- Row-level security on a table, and the application's rights to it: `SELECT, INSERT, UPDATE (name, modified_at)`.
CREATE FUNCTION platform.protect_table(p_table regclass, p_rights text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_name text := (SELECT c.relname FROM pg_class c WHERE c.oid = p_table);
    v_schema text := (SELECT c.relnamespace::regnamespace::text FROM pg_class c WHERE c.oid = p_table);
BEGIN
    EXECUTE format('GRANT %s ON %s TO almoner_app', p_rights, p_table);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('CREATE POLICY tenant ON %s USING (organization_id = platform.tenant())'
        || ' WITH CHECK (organization_id = platform.tenant())', p_table);
    PERFORM platform.plant_statistics(v_schema, v_name);
END
$$;

REVOKE ALL ON platform.organization, platform.directory, platform.api_key, platform.session, platform.idempotency FROM almoner_app;
REVOKE ALL ON SEQUENCE platform.organization_organization_id_seq FROM almoner_app;
GRANT SELECT ON platform.organization, platform.directory TO almoner_app;
GRANT SELECT, INSERT, UPDATE (revoked_at, expires_at) ON platform.api_key TO almoner_app;
GRANT SELECT, INSERT, DELETE ON platform.session TO almoner_app;
GRANT SELECT, INSERT, UPDATE (answer) ON platform.idempotency TO almoner_app;
