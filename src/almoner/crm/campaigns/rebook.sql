-- needs: crm/projects/tree
--
-- Gifts that follow their projects into campaigns or out of them, a portion at a time: docs/decisions/0029.

-- Let so many designations follow; answers whether there are more. The tree is held alone for it, so those who write gifts wait.
CREATE FUNCTION crm_code.follow_campaigns(p_organization_id bigint, p_most int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM crm_code.hold_tree(p_organization_id);
    RETURN crm.follow_campaigns(p_organization_id, p_most);
END
$$;

-- Organizations that have campaigns whose gifts have yet to follow.
CREATE FUNCTION crm_code.campaigns_behind() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_system();
    RETURN QUERY SELECT DISTINCT k.organization_id FROM crm.campaign_pending k;
END
$$;
