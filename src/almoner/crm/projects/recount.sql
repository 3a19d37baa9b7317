-- needs: crm/projects/tree, crm/projects/move
--
-- crm_code.recount_projects: the tree and the kept figures of projects as gifts and parents say, whatever was kept.

-- Gifts wait until the transaction ends.
CREATE FUNCTION crm_code.recount_projects(p_organization_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_tree crm_code.descent[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM crm_code.hold_tree(p_organization_id);
    v_tree := crm_code.descents(p_organization_id, ARRAY(SELECT p.id FROM crm.project p WHERE p.organization_id = p_organization_id));
    DELETE FROM crm.project_ancestor a WHERE a.organization_id = p_organization_id;
    INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
    SELECT p_organization_id, d.project_id, d.ancestor_id FROM unnest(v_tree) d;
    DELETE FROM crm.project_giving t WHERE t.organization_id = p_organization_id;
    INSERT INTO crm.project_giving (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
    SELECT p_organization_id, a.ancestor_id, g.currency, y.year, 0, sum(s.minor), count(DISTINCT g.id) FILTER (WHERE g.reverses_id IS NULL),
        count(DISTINCT g.contact_id) FILTER (WHERE g.reverses_id IS NULL)
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    CROSS JOIN LATERAL (VALUES (0::smallint), (extract(year FROM g.gift_on)::smallint)) AS y (year)
    JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
    WHERE g.organization_id = p_organization_id
    GROUP BY a.ancestor_id, g.currency, y.year;
    DELETE FROM crm.designation_tally t WHERE t.organization_id = p_organization_id;
    INSERT INTO crm.designation_tally (organization_id, project_id, slot, designation_count)
    SELECT p_organization_id, s.project_id, 0, count(*)
    FROM crm.gift g CROSS JOIN LATERAL unnest(g.designation_project_ids) AS s (project_id)
    WHERE g.organization_id = p_organization_id
    GROUP BY s.project_id;
END
$$;
