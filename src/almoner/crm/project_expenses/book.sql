-- needs: crm/projects/tree
--
-- Kept figures of what projects spend: of each project's subtree, in all (year 0) and by year. Always equal to a sum over the expenses
-- (crm/project_expenses/store.sql, differences).

-- A project and one that it is below, or itself.
CREATE TYPE crm_code.descent AS (project_id bigint, ancestor_id bigint);

-- Move the figures by expenses that were just written, in years: what is new, and what was with the other sign. The tree is kept.
CREATE FUNCTION crm_code.book_expenses(
    p_organization_id bigint, p_project_ids bigint[], p_years int[], p_minor bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_slot smallint;
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    INSERT INTO crm.project_spending AS t (organization_id, project_id, year, slot, spent_minor)
    SELECT p_organization_id, a.ancestor_id, y.year, v_slot, sum(e.minor)
    FROM unnest(p_project_ids, p_years, p_minor) AS e (project_id, year, minor)
    JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = e.project_id
    CROSS JOIN LATERAL (VALUES (0), (e.year)) AS y (year)
    GROUP BY a.ancestor_id, y.year HAVING sum(e.minor) <> 0
    ORDER BY a.ancestor_id, y.year
    ON CONFLICT (organization_id, project_id, year, slot) DO UPDATE SET spent_minor = t.spent_minor + excluded.spent_minor;
END
$$;

-- What projects spent leaves those that they are no longer below and comes to those that they are newly below. The tree is held alone.
CREATE FUNCTION crm_code.move_spending(
    p_organization_id bigint, p_old crm_code.descent[], p_new crm_code.descent[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.project_spending AS t (organization_id, project_id, year, slot, spent_minor)
    SELECT p_organization_id, x.ancestor_id, y.year, 0, sum(x.sign * e.amount_minor)
    FROM (SELECT -1 AS sign, o.* FROM (SELECT * FROM unnest(p_old) EXCEPT SELECT * FROM unnest(p_new)) o
          UNION ALL SELECT 1, n.* FROM (SELECT * FROM unnest(p_new) EXCEPT SELECT * FROM unnest(p_old)) n) x
    JOIN crm.project_expense e ON e.organization_id = p_organization_id AND e.project_id = x.project_id
    CROSS JOIN LATERAL (VALUES (0), (extract(year FROM e.spent_on)::int)) AS y (year)
    GROUP BY x.ancestor_id, y.year HAVING sum(x.sign * e.amount_minor) <> 0
    ORDER BY x.ancestor_id, y.year
    ON CONFLICT (organization_id, project_id, year, slot) DO UPDATE SET spent_minor = t.spent_minor + excluded.spent_minor;
END
$$;
