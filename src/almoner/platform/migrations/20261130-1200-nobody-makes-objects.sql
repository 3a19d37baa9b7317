-- older programs may run on this
--
-- Who may run any statement on a connection of the application makes no table, not even one for a while: names that functions
-- look up could else be the caller's. PostgreSQL gives TEMPORARY to everybody, and before version 15 CREATE in public.
-- Where the database is another owner's, nothing is taken, and PostgreSQL says so.

DO $$
BEGIN
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
