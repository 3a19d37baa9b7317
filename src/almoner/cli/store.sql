-- name: server_version$
SELECT current_setting('server_version_num')::int;

-- name: clock$
SELECT clock_timestamp();

-- name: has_ledger$
SELECT to_regclass('public.almoner_ledger') IS NOT NULL;

-- name: newest$
SELECT max(applied_at) FROM public.almoner_ledger;

-- name: groups_came$
-- When keys began to have groups, and scopes to cover more: the day of that migration.
SELECT applied_at FROM public.almoner_ledger WHERE name LIKE '%20261130-2131-accounts%';

-- name: role^
SELECT rolsuper OR rolbypassrls AS is_free, pg_has_role(current_user, oid, 'MEMBER') AS is_ours
FROM pg_roles WHERE rolname = :role;

-- name: open_tables
SELECT c.oid::regclass::text AS name
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    AND has_table_privilege((:role)::name, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
ORDER BY 1;

-- name: protected_tables$
SELECT count(*) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity;

-- name: missing_tables
SELECT name FROM unnest((:names)::text[]) AS t (name) WHERE to_regclass(name) IS NULL ORDER BY 1;

-- name: log_partitions
SELECT s.schemaname AS log, coalesce(s.last_value, 0) >> 22 AS block,
    to_regclass(format('%I.event_%s', s.schemaname, coalesce(s.last_value, 0) >> 22)) IS NOT NULL AS has_room,
    to_regclass(format('%I.event_%s', s.schemaname, (coalesce(s.last_value, 0) >> 22) + 1)) IS NOT NULL AS is_ahead
FROM pg_sequences s WHERE s.sequencename = 'event_id_seq' ORDER BY 1;

-- name: login^
SELECT r.rolname AS name, r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication OR EXISTS (
    SELECT FROM pg_roles m WHERE m.oid <> r.oid AND m.rolname <> :role AND pg_has_role(r.oid, m.oid, 'MEMBER')) OR EXISTS (
    SELECT FROM pg_namespace n WHERE n.nspname = 'platform' AND n.nspowner = r.oid) AS is_more
FROM pg_roles r WHERE r.rolname = session_user;
