-- needs: crm/projects/tree, crm/project_expenses/book
--
-- crm_code.move_projects: the tree and the kept figures follow projects whose parent_id was just written.

-- Each of these projects with all that it is below by parent_id, as it stands.
CREATE FUNCTION crm_code.descents(p_organization_id bigint, p_ids bigint[]) RETURNS crm_code.descent[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE up (project_id, ancestor_id) AS (
            SELECT i.id, i.id FROM unnest(p_ids) AS i (id)
            UNION
            SELECT u.project_id, p.parent_id FROM up u
            JOIN crm.project p ON p.organization_id = p_organization_id AND p.id = u.ancestor_id AND p.parent_id IS NOT NULL
        ) SELECT (u.project_id, u.ancestor_id)::crm_code.descent FROM up u);
END
$$;

-- Put p_sign times what these contacts gave, as the tree stands, on the figures of these projects: sums, gifts and givers, in all (year 0)
-- and by year. Nobody else moves figures meanwhile, so one slot is as good as another.
CREATE FUNCTION crm_code.book_givers(
    p_organization_id bigint, p_contacts bigint[], p_projects bigint[], p_sign int
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.project_giving AS t (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
    SELECT p_organization_id, a.ancestor_id, g.currency, y.year, 0, p_sign * sum(s.minor),
        p_sign * count(DISTINCT g.id) FILTER (WHERE g.reverses_id IS NULL),
        p_sign * count(DISTINCT g.contact_id) FILTER (WHERE g.reverses_id IS NULL)
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
        AND a.ancestor_id = ANY (p_projects)
    CROSS JOIN LATERAL (VALUES (0::smallint), (extract(year FROM g.gift_on)::smallint)) AS y (year)
    WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_contacts)
    GROUP BY a.ancestor_id, g.currency, y.year
    ORDER BY a.ancestor_id, g.currency, y.year
    ON CONFLICT (organization_id, project_id, currency, year, slot) DO UPDATE
    SET given_minor = t.given_minor + excluded.given_minor, gift_count = t.gift_count + excluded.gift_count,
        giver_count = t.giver_count + excluded.giver_count;
END
$$;

-- Let the tree, its history and the figures follow projects whose parent_id was just written; p_on is the day of the move. Only what is
-- below them comes under others, and only who is no longer or newly above them has other figures: those lose what the givers of all
-- that moves gave before, and get what they gave as it stands since. So whoever gave to both sides counts once, before and after.
CREATE FUNCTION crm_code.move_projects(p_organization_id bigint, p_ids bigint[], p_were bigint[], p_on date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_moved bigint[];
    v_old crm_code.descent[];
    v_new crm_code.descent[];
    v_above bigint[];
    v_givers bigint[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM crm_code.hold_tree(p_organization_id);
    v_moved := ARRAY(SELECT DISTINCT a.project_id FROM crm.project_ancestor a
        WHERE a.organization_id = p_organization_id AND a.ancestor_id = ANY (p_ids));
    v_old := ARRAY(SELECT (a.project_id, a.ancestor_id)::crm_code.descent FROM crm.project_ancestor a
        WHERE a.organization_id = p_organization_id AND a.project_id = ANY (v_moved));
    v_new := crm_code.descents(p_organization_id, v_moved);
    v_above := ARRAY(SELECT DISTINCT x.ancestor_id FROM ((SELECT * FROM unnest(v_old) EXCEPT SELECT * FROM unnest(v_new))
        UNION ALL (SELECT * FROM unnest(v_new) EXCEPT SELECT * FROM unnest(v_old))) x);
    v_givers := ARRAY(SELECT DISTINCT g.contact_id FROM crm.designation d
        JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = d.gift_id
        WHERE d.organization_id = p_organization_id AND d.project_id = ANY (v_moved));

    PERFORM crm_code.book_givers(p_organization_id, v_givers, v_above, -1);
    DELETE FROM crm.project_ancestor a
    WHERE a.organization_id = p_organization_id AND a.project_id = ANY (v_moved)
        AND NOT EXISTS (SELECT FROM unnest(v_new) n WHERE n.project_id = a.project_id AND n.ancestor_id = a.ancestor_id);
    INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
    SELECT p_organization_id, n.project_id, n.ancestor_id FROM unnest(v_new) n ON CONFLICT DO NOTHING;
    PERFORM crm_code.book_givers(p_organization_id, v_givers, v_above, 1);
    PERFORM crm_code.move_spending(p_organization_id, v_old, v_new);

    INSERT INTO crm.project_parent (organization_id, project_id, from_on, parent_id)
    SELECT p_organization_id, w.id, '0001-01-01', w.parent_id FROM unnest(p_ids, p_were) AS w (id, parent_id)
    WHERE NOT EXISTS (SELECT FROM crm.project_parent k WHERE k.organization_id = p_organization_id AND k.project_id = w.id);
    INSERT INTO crm.project_parent (organization_id, project_id, from_on, parent_id)
    SELECT p_organization_id, p.id, p_on, p.parent_id FROM crm.project p
    WHERE p.organization_id = p_organization_id AND p.id = ANY (p_ids)
    ON CONFLICT (organization_id, project_id, from_on) DO UPDATE SET parent_id = excluded.parent_id;
END
$$;
