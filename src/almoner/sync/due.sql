-- needs: sync/record

-- Donors with records whose next attempt is due, over all tenants, for the workers of a destination: of each organization its share of
-- p_limit, those first who are due the longest. Many who are due of one, or cannot go while somebody holds its rows, keep no other
-- from its turn. From each organization to the next by the index.
CREATE FUNCTION sync_code.due_donors(p_destination text, p_now timestamptz, p_limit int)
RETURNS TABLE (organization_id bigint, donor_id bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    WITH RECURSIVE o (organization_id) AS (
        (SELECT r.organization_id FROM sync.record r
         WHERE r.destination = p_destination AND r.state = 'pending' AND r.due_at IS NOT NULL ORDER BY r.organization_id LIMIT 1)
        UNION ALL
        SELECT n.organization_id FROM o CROSS JOIN LATERAL (
            SELECT r.organization_id FROM sync.record r
            WHERE r.destination = p_destination AND r.state = 'pending' AND r.due_at IS NOT NULL
                AND r.organization_id > o.organization_id
            ORDER BY r.organization_id LIMIT 1) n
    ), due AS MATERIALIZED (
        SELECT o.organization_id FROM o CROSS JOIN LATERAL (
            SELECT FROM sync.record r
            WHERE r.destination = p_destination AND r.organization_id = o.organization_id AND r.state = 'pending'
                AND r.due_at <= p_now
            ORDER BY r.due_at LIMIT 1) f
    )
    SELECT DISTINCT d.organization_id, d.donor_id
    FROM (SELECT r.organization_id, r.donor_id FROM due CROSS JOIN LATERAL (
              SELECT x.organization_id, x.donor_id, x.due_at, row_number() OVER (ORDER BY x.due_at) AS place FROM sync.record x
              WHERE x.destination = p_destination AND x.organization_id = due.organization_id AND x.state = 'pending'
                  AND x.due_at <= p_now
              ORDER BY x.due_at LIMIT (SELECT greatest(1, p_limit / count(*)) FROM due)) r
          ORDER BY r.place, r.due_at LIMIT p_limit) d
$$;

-- Organizations that have records which go on when something else has changed: a project, a campaign. From each to the next by the
-- index: one of them may have a million such records, and this is asked all the time.
CREATE FUNCTION sync_code.organizations_to_mend() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog AS $$
    SELECT platform_code.require_system();
    WITH RECURSIVE o (organization_id) AS (
        (SELECT r.organization_id FROM sync.record r WHERE sync_code.is_mendable(r.reason) ORDER BY r.organization_id LIMIT 1)
        UNION ALL
        SELECT n.organization_id FROM o CROSS JOIN LATERAL (
            SELECT r.organization_id FROM sync.record r
            WHERE sync_code.is_mendable(r.reason) AND r.organization_id > o.organization_id
            ORDER BY r.organization_id LIMIT 1) n
    )
    SELECT o.organization_id FROM o
$$;
