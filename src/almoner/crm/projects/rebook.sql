-- needs: crm/projects/totals
--
-- Kept figures of gifts that change: what they were is taken off, what they are is put on, in one step.

-- A giver of a project's subtree, in a year or in all (0).
CREATE TYPE crm_code.giver AS (ancestor_id bigint, currency text, year smallint, contact_id bigint);

-- Whose counting as a giver may hang on these gifts.
CREATE FUNCTION crm_code.givers_in(p_organization_id bigint, p_gifts crm_code.booked_gift[]) RETURNS crm_code.giver[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT (a.ancestor_id, g.currency, y.year, g.contact_id)::crm_code.giver
        FROM unnest(p_gifts) g
        CROSS JOIN LATERAL unnest(g.project_ids) AS s (project_id)
        JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
        CROSS JOIN LATERAL (VALUES (0::smallint), (g.year)) AS y (year)
        WHERE g.n > 0);
END
$$;

-- Those of p_givers who have a gift there, as it stands; their contacts are locked.
CREATE FUNCTION crm_code.present_givers(p_organization_id bigint, p_givers crm_code.giver[]) RETURNS crm_code.giver[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT x FROM unnest(p_givers) x WHERE EXISTS (
        SELECT FROM crm.gift g
        WHERE g.organization_id = p_organization_id AND g.contact_id = x.contact_id AND g.currency = x.currency
            AND g.reverses_id IS NULL AND (x.year = 0 OR g.gift_on >= make_date(nullif(x.year, 0), 1, 1)
                AND g.gift_on < make_date(nullif(x.year, 0) + 1, 1, 1))
            AND EXISTS (SELECT FROM crm.project_ancestor a WHERE a.organization_id = p_organization_id
                AND a.project_id = ANY (g.designation_project_ids) AND a.ancestor_id = x.ancestor_id)));
END
$$;

-- Projects and years: the sums and gifts that leave and come, and givers who are there now and were not, or the reverse.
CREATE FUNCTION crm_code.rebook_projects(
    p_organization_id bigint, p_slot smallint, p_old crm_code.booked_gift[], p_new crm_code.booked_gift[],
    p_were crm_code.giver[], p_are crm_code.giver[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.project_giving AS t (organization_id, project_id, currency, year, slot, given_minor, gift_count,
        giver_count)
    SELECT p_organization_id, x.ancestor_id, x.currency, x.year, p_slot, sum(x.minor), sum(x.gifts), sum(x.givers)
    FROM (
        SELECT a.ancestor_id, g.currency, y.year, sum(b.sign * s.minor) AS minor,
            b.sign * count(DISTINCT g.id) FILTER (WHERE g.n > 0) AS gifts, 0 AS givers
        FROM (SELECT -1 AS sign, o.* FROM unnest(p_old) o UNION ALL SELECT 1, n.* FROM unnest(p_new) n) b
        CROSS JOIN LATERAL (SELECT b.id, b.currency, b.year, b.n) g
        CROSS JOIN LATERAL unnest(b.project_ids, b.minor) AS s (project_id, minor)
        JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
        CROSS JOIN LATERAL (VALUES (0::smallint), (b.year)) AS y (year)
        GROUP BY a.ancestor_id, g.currency, y.year, b.sign
        UNION ALL
        SELECT w.ancestor_id, w.currency, w.year, 0, 0, -1 FROM unnest(p_were) w
        UNION ALL
        SELECT w.ancestor_id, w.currency, w.year, 0, 0, 1 FROM unnest(p_are) w
    ) x
    GROUP BY x.ancestor_id, x.currency, x.year
    HAVING sum(x.minor) <> 0 OR sum(x.gifts) <> 0 OR sum(x.givers) <> 0
    ORDER BY x.ancestor_id, x.currency, x.year
    ON CONFLICT (organization_id, project_id, currency, year, slot) DO UPDATE
    SET given_minor = t.given_minor + excluded.given_minor, gift_count = t.gift_count + excluded.gift_count,
        giver_count = t.giver_count + excluded.giver_count;
END
$$;

-- Move all figures by gifts that were p_old and are p_new. p_were: who of `givers_in` both was a giver before they changed.
CREATE FUNCTION crm_code.rebook_gifts(
    p_organization_id bigint, p_slot smallint, p_old crm_code.booked_gift[], p_new crm_code.booked_gift[],
    p_were crm_code.giver[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM crm_code.rebook_projects(p_organization_id, p_slot, p_old, p_new, p_were,
        crm_code.present_givers(p_organization_id, crm_code.givers_in(p_organization_id, p_old || p_new)));

    INSERT INTO crm.contact_giving AS t (organization_id, contact_id, currency, year, gift_count, given_minor)
    SELECT p_organization_id, x.contact_id, x.currency, x.year, sum(x.n), sum(x.minor)
    FROM (SELECT o.contact_id, o.currency, o.year, -o.n AS n, -o.amount_minor AS minor FROM unnest(p_old) o
          UNION ALL SELECT o.contact_id, o.currency, o.year, o.n, o.amount_minor FROM unnest(p_new) o) x
    GROUP BY x.contact_id, x.currency, x.year HAVING sum(x.n) <> 0 OR sum(x.minor) <> 0
    ORDER BY x.contact_id, x.currency, x.year
    ON CONFLICT (organization_id, contact_id, currency, year) DO UPDATE
    SET gift_count = t.gift_count + excluded.gift_count, given_minor = t.given_minor + excluded.given_minor;

    PERFORM crm_code.count_designations(p_organization_id, p_slot, p_old, p_new);
    PERFORM crm_code.tally_gifts(p_organization_id, p_slot, p_old, p_new);
END
$$;
