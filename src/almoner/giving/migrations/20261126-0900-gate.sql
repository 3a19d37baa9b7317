-- older programs may run on this
-- before the rest
--
-- Gives of the program before this one pass a gate from now on, so that none is under way while tables change: they wait for
-- the run of migrations that holds the gate (almoner.platform.database.migrate, GATE_KEY), and then go on in the new code.

DO $gate$
BEGIN
    IF to_regprocedure('giving.give(bigint, jsonb)') IS NULL THEN
        RETURN;  -- a fresh database: nobody gives here yet
    END IF;
    ALTER FUNCTION giving.give(bigint, jsonb) RENAME TO give_behind_gate;
    CREATE FUNCTION giving.give(p_organization_id bigint, p_gifts jsonb)
    RETURNS TABLE (ord int, outcome text, gift_id bigint, donor_id bigint, received_at timestamptz,
                   project_ids bigint[], project_minor bigint[], project_names text[], campaign_name text, problems text)
    LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(1095519568);
        -- Whoever locks a table learns what others have changed; only then does the name mean what it means now.
        PERFORM FROM giving.campaign WHERE false;
        RETURN QUERY EXECUTE CASE WHEN to_regproc('giving_code.give') IS NULL
            THEN 'SELECT * FROM giving.give_behind_gate($1, $2)'
            ELSE 'SELECT * FROM giving.give($1, $2)' END USING p_organization_id, p_gifts;
    END
    $$;
END
$gate$;
