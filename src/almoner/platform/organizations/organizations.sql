-- needs: platform/organizations/slots
--
-- An id that no organization of any server has. The directory, on the first server, remembers where the new one will live,
-- when that is elsewhere: an entry without its organization, which a crash leaves behind, is a number that is not used.
CREATE FUNCTION platform_code.new_organization_id(p_server text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_id bigint;
BEGIN
    PERFORM platform_code.require_system();
    v_id := nextval('platform.organization_organization_id_seq');
    IF p_server <> '' THEN
        INSERT INTO platform.directory (organization_id, server) VALUES (v_id, p_server);
    END IF;
    RETURN v_id;
END
$$;

-- Creating an organization is the one act that belongs to no tenant yet. Programs of before name no id: theirs is the next.
CREATE FUNCTION platform_code.create_organization(
    p_name text, p_currency text, p_time_zone text, p_integration text, p_organization_id bigint DEFAULT NULL
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_id bigint;
BEGIN
    PERFORM platform_code.require_system();
    v_id := coalesce(p_organization_id, nextval('platform.organization_organization_id_seq'));
    INSERT INTO platform.organization (organization_id, name, currency, time_zone, integration)
    VALUES (v_id, p_name, p_currency, p_time_zone, p_integration);
    RETURN v_id;
END
$$;

-- All of this server, the oldest first.
CREATE FUNCTION platform_code.list_organizations()
RETURNS SETOF platform.organization LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    SELECT * FROM platform.organization ORDER BY organization_id
$$;

-- What the directory names: organizations that live elsewhere.
CREATE FUNCTION platform_code.list_homes() RETURNS TABLE (organization_id bigint, server text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    SELECT d.organization_id, d.server FROM platform.directory d ORDER BY 1
$$;
