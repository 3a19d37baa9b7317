-- Creating an organization is the one act that belongs to no tenant yet.
CREATE FUNCTION platform_code.create_organization(p_name text, p_currency text, p_time_zone text, p_integration text)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO platform.organization (name, currency, time_zone, integration)
    VALUES (p_name, p_currency, p_time_zone, p_integration)
    RETURNING organization_id
$$;

-- All of them, the oldest first.
CREATE FUNCTION platform_code.list_organizations()
RETURNS SETOF platform.organization LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT * FROM platform.organization ORDER BY organization_id
$$;
