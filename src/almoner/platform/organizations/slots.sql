-- A slot of an organization's kept figures for this transaction alone: writers that work at the same time never wait for each
-- other's rows. p_space tells figures apart. When more of them write than there are slots (16), the last ones wait.
CREATE FUNCTION platform_code.own_slot(p_organization_id bigint, p_space int) RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
    v_first int := pg_backend_pid() & 15;
    v_key int := hashint8(p_organization_id) # 1129467216 # p_space;
BEGIN
    FOR n IN 0..15 LOOP
        IF pg_try_advisory_xact_lock(v_key, (v_first + n) & 15) THEN
            RETURN (v_first + n) & 15;
        END IF;
    END LOOP;
    PERFORM pg_advisory_xact_lock(v_key, v_first);
    RETURN v_first;
END
$$;
