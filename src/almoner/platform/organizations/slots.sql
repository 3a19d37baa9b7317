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

-- What a function with rights of its own asks first: row-level security does not hold it, so it acts for the tenant of the
-- transaction alone.
CREATE FUNCTION platform_code.require_tenant(p_organization_id bigint) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_organization_id IS DISTINCT FROM platform.tenant() THEN
        raise insufficient_privilege USING MESSAGE = 'this transaction belongs to another organization';
    END IF;
END
$$;

-- What a function with rights of its own asks first when it looks over all organizations: what is done for one has no use for it.
CREATE FUNCTION platform_code.require_system() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF platform.tenant() IS NOT NULL THEN
        raise insufficient_privilege USING MESSAGE = 'this transaction belongs to one organization';
    END IF;
END
$$;
