-- Organizations with records whose next attempt is due, over all tenants, for the sync worker.
CREATE FUNCTION sync_code.due_donors(p_now timestamptz, p_limit int)
RETURNS TABLE (organization_id bigint, donor_id bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
    SELECT DISTINCT d.organization_id, d.donor_id
    FROM (SELECT r.organization_id, r.donor_id FROM sync.record r
          WHERE r.state = 'pending' AND r.due_at <= p_now ORDER BY r.due_at LIMIT p_limit) d
$$;

-- Organizations that have records failed for a project that the CRM did not know or take.
CREATE FUNCTION sync_code.organizations_missing_projects() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
    SELECT DISTINCT r.organization_id FROM sync.record r
    WHERE r.state = 'failed' AND r.reason IN ('project_unknown', 'project_inactive')
$$;
