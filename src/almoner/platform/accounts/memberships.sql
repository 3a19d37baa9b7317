-- needs: platform/organizations/slots
--
-- The memberships of an account, in all organizations: whoever signs in may choose among them. Oldest first.
CREATE FUNCTION platform_code.memberships_of(p_account_id bigint) RETURNS SETOF platform.membership
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    SELECT * FROM platform.membership WHERE account_id = p_account_id ORDER BY id
$$;

-- The membership that a token names: the organization is what is looked for.
CREATE FUNCTION platform_code.membership_of(p_id bigint) RETURNS SETOF platform.membership
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    SELECT * FROM platform.membership WHERE id = p_id
$$;
