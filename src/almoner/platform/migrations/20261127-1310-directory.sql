-- older programs may run on this
--
-- Organizations may live on several servers (decision 15). The directory, on the first server, names the home of each that
-- lives elsewhere, and gives out the ids of all. No table of a tenant hangs on it, and no id is an identity: their numbers
-- belong to one server, and neither refers to what another transaction, or another server, has yet to commit.
--
-- squawk-ignore-file ban-drop-constraint
-- Nobody relies on the two keys: an organization is never deleted, and its keys and sessions are made by itself.

CREATE TABLE platform.directory (
    organization_id bigint PRIMARY KEY,
    server text NOT NULL CHECK (length(server) BETWEEN 1 AND 40)
);
SELECT platform.protect_table('platform.directory');
REVOKE INSERT, UPDATE, DELETE ON platform.directory FROM almoner_app;

ALTER TABLE platform.api_key DROP CONSTRAINT api_key_organization_id_fkey;
ALTER TABLE platform.session DROP CONSTRAINT session_organization_id_fkey;

-- Each identity becomes a sequence of the same name and state that is the column's default. It changes the catalog alone.
DO $$
DECLARE
    v_column record;
    v_state record;
BEGIN
    FOR v_column IN
        SELECT a.attrelid::regclass AS relation, quote_ident(a.attname) AS name,
            pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS ids
        FROM pg_attribute a JOIN pg_policy p ON p.polrelid = a.attrelid
        WHERE a.attidentity <> '' AND pg_get_expr(p.polqual, p.polrelid) ~ 'platform\.tenant\(\)' ORDER BY 1, 2
    LOOP
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', v_column.relation);
        EXECUTE format('SELECT last_value, is_called FROM %s', v_column.ids) INTO v_state;
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %s DROP IDENTITY', v_column.relation, v_column.name);
        EXECUTE format('CREATE SEQUENCE %s', v_column.ids);
        PERFORM setval(v_column.ids::regclass, v_state.last_value, v_state.is_called);
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO almoner_app', v_column.ids);
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %s SET DEFAULT nextval(%L)', v_column.relation, v_column.name,
            v_column.ids);
    END LOOP;
END
$$;
