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

-- Whether what is designated to a project counts for another, before a move and since.
CREATE TYPE crm_code.standing AS (project_id bigint, ancestor_id bigint, was boolean, "is" boolean);

-- What these projects stand for, of all that is below them: what moved as it was and is, and what stays.
CREATE FUNCTION crm_code.standings(
    p_organization_id bigint, p_above bigint[], p_moved bigint[], p_old crm_code.descent[], p_new crm_code.descent[]
) RETURNS crm_code.standing[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT (x.project_id, x.ancestor_id, bool_or(NOT x.is_new), bool_or(x.is_new))::crm_code.standing
        FROM (SELECT o.*, false AS is_new FROM unnest(p_old) o UNION ALL SELECT n.*, true FROM unnest(p_new) n) x
        WHERE x.ancestor_id = ANY (p_above) GROUP BY x.project_id, x.ancestor_id
        UNION ALL
        SELECT (a.project_id, a.ancestor_id, true, true)::crm_code.standing FROM crm.project_ancestor a
        WHERE a.organization_id = p_organization_id AND a.ancestor_id = ANY (p_above) AND a.project_id <> ALL (p_moved));
END
$$;

-- Book what a move is to projects above it: of all these givers what they gave there before and since, in one look at their gifts. A gift and a
-- giver on both sides count once, before and after: so gifts come to one row for each project, givers to one for each year, and only then are
-- counted. Nobody else moves figures meanwhile, so one slot is as good as another.
CREATE FUNCTION crm_code.book_move(p_organization_id bigint, p_givers bigint[], p_standings crm_code.standing[]) RETURNS void
LANGUAGE plpgsql SET enable_nestloop = off SET work_mem = '64MB' AS $$
BEGIN
    INSERT INTO crm.project_giving AS t (organization_id, project_id, currency, year, slot, given_minor, gift_count, giver_count)
    WITH given AS (
        SELECT g.contact_id, g.currency, extract(year FROM g.gift_on)::smallint AS year, g.reverses_id IS NULL AS gives, s.ancestor_id,
            s.was, s."is", g.designation_minor[1] * (s."is"::int - s.was::int) AS minor
        FROM crm.gift g JOIN unnest(p_standings) s ON s.project_id = g.designation_project_ids[1]
        WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_givers) AND cardinality(g.designation_project_ids) = 1
        UNION ALL
        SELECT g.contact_id, g.currency, extract(year FROM g.gift_on)::smallint, g.reverses_id IS NULL, s.ancestor_id,
            bool_or(s.was), bool_or(s."is"), sum(d.minor * (s."is"::int - s.was::int))
        FROM crm.gift g
        CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS d (project_id, minor)
        JOIN unnest(p_standings) s ON s.project_id = d.project_id
        WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_givers) AND cardinality(g.designation_project_ids) > 1
        GROUP BY g.organization_id, g.id, s.ancestor_id
    ), giver AS (
        SELECT g.contact_id, g.ancestor_id, g.currency, g.year, sum(g.minor) AS minor, count(*) FILTER (WHERE g.gives AND g.was) AS was,
            count(*) FILTER (WHERE g.gives AND g."is") AS "is"
        FROM given g GROUP BY g.contact_id, g.ancestor_id, g.currency, g.year
    ), moved AS (
        SELECT v.ancestor_id, v.currency, v.year, v.minor, v.was, v."is" FROM giver v
        UNION ALL
        SELECT v.ancestor_id, v.currency, 0, sum(v.minor), sum(v.was), sum(v."is") FROM giver v
        GROUP BY v.contact_id, v.ancestor_id, v.currency
    )
    SELECT p_organization_id, m.ancestor_id, m.currency, m.year, 0, sum(m.minor), sum(m."is" - m.was),
        sum((m."is" > 0)::int - (m.was > 0)::int)
    FROM moved m GROUP BY m.ancestor_id, m.currency, m.year
    HAVING sum(m.minor) <> 0 OR sum(m."is" - m.was) <> 0 OR sum((m."is" > 0)::int - (m.was > 0)::int) <> 0
    ORDER BY m.ancestor_id, m.currency, m.year
    ON CONFLICT (organization_id, project_id, currency, year, slot) DO UPDATE
    SET given_minor = t.given_minor + excluded.given_minor, gift_count = t.gift_count + excluded.gift_count,
        giver_count = t.giver_count + excluded.giver_count;
END
$$;

-- Let the tree, its history and the figures follow projects whose parent_id was just written; p_on is the day of the move. Only what is
-- below them comes under others, and only who is no longer or newly above them has other figures (book_move).
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

    DELETE FROM crm.project_ancestor a
    WHERE a.organization_id = p_organization_id AND a.project_id = ANY (v_moved)
        AND NOT EXISTS (SELECT FROM unnest(v_new) n WHERE n.project_id = a.project_id AND n.ancestor_id = a.ancestor_id);
    INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
    SELECT p_organization_id, n.project_id, n.ancestor_id FROM unnest(v_new) n ON CONFLICT DO NOTHING;
    PERFORM crm_code.book_move(p_organization_id, v_givers,
        crm_code.standings(p_organization_id, v_above, v_moved, v_old, v_new));
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
