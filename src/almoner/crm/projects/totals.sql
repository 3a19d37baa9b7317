-- Kept figures of the CRM: what came to each project's subtree, from each contact, and in all. Always equal to a count over
-- the gifts (crm/projects/store.sql, total_differences; crm/contacts/store.sql, giving_differences).

-- What a gift is in the figures. One that reverses another takes from their sums and is no gift of its own: n is 0. One that was entered in
-- the CRM, which no other system sent, is counted apart too: entered is 1.
CREATE TYPE crm_code.booked_gift AS (
    id bigint, contact_id bigint, currency text, year smallint, amount_minor bigint, project_ids bigint[], minor bigint[], n int,
    entered int
);

-- Move all figures by new gifts that were just written; their contacts are locked. p_slot keeps writers apart. A project's are
-- those of its ancestors too, in all (year 0) and in the gifts' years. A gift counts once for each of them, however many of
-- its designations fall into the subtree; so does a giver.
CREATE FUNCTION crm_code.book_gifts(p_organization_id bigint, p_gifts crm_code.booked_gift[], p_slot smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_known bigint[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_known := ARRAY(SELECT DISTINCT t.contact_id FROM unnest(p_gifts) g
        CROSS JOIN LATERAL (SELECT k.contact_id FROM crm.contact_giving k
            WHERE k.organization_id = p_organization_id AND k.contact_id = g.contact_id LIMIT 1) t);
    INSERT INTO crm.contact_giving AS t (organization_id, contact_id, currency, year, gift_count, given_minor)
    SELECT p_organization_id, g.contact_id, g.currency, g.year, count(*), sum(g.amount_minor)
    FROM unnest(p_gifts) g
    GROUP BY g.contact_id, g.currency, g.year ORDER BY g.contact_id, g.currency, g.year
    ON CONFLICT (organization_id, contact_id, currency, year) DO UPDATE
    SET gift_count = t.gift_count + excluded.gift_count, given_minor = t.given_minor + excluded.given_minor;

    INSERT INTO crm.project_giving AS t (organization_id, project_id, currency, year, slot, given_minor, gift_count,
        giver_count)
    SELECT p_organization_id, a.ancestor_id, g.currency, coalesce(g.year, 0::smallint) AS year, p_slot, sum(s.minor),
        count(DISTINCT g.id), count(DISTINCT g.contact_id)
    FROM unnest(p_gifts) g
    CROSS JOIN LATERAL unnest(g.project_ids, g.minor) AS s (project_id, minor)
    JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
    GROUP BY GROUPING SETS ((a.ancestor_id, g.currency, g.year), (a.ancestor_id, g.currency))
    ORDER BY 2, 3, 4
    ON CONFLICT (organization_id, project_id, currency, year, slot) DO UPDATE
    SET given_minor = t.given_minor + excluded.given_minor, gift_count = t.gift_count + excluded.gift_count,
        giver_count = t.giver_count + excluded.giver_count;
    IF v_known <> '{}' THEN
        PERFORM crm_code.take_off_known_givers(p_organization_id, p_gifts, v_known, p_slot);
    END IF;

    PERFORM crm_code.count_designations(p_organization_id, p_slot, '{}', p_gifts);
    PERFORM crm_code.tally_gifts(p_organization_id, p_slot, '{}', p_gifts);
END
$$;

-- All gifts by currency: what leaves and what comes; of it apart what was entered in the CRM, and what was taken back.
CREATE FUNCTION crm_code.tally_gifts(
    p_organization_id bigint, p_slot smallint, p_old crm_code.booked_gift[], p_new crm_code.booked_gift[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.tally AS t (organization_id, currency, slot, gift_count, given_minor, entered_count, entered_minor, back_count,
        back_minor)
    SELECT p_organization_id, x.currency, p_slot, sum(x.sign * x.n), sum(x.sign * x.amount_minor), sum(x.sign * x.entered),
        sum(x.sign * x.entered * x.amount_minor), sum(x.sign * (1 - x.n)), sum(x.sign * (1 - x.n) * x.amount_minor)
    FROM (SELECT -1 AS sign, o.currency, o.amount_minor, o.n, o.entered FROM unnest(p_old) o
          UNION ALL SELECT 1, w.currency, w.amount_minor, w.n, w.entered FROM unnest(p_new) w) x
    GROUP BY x.currency
    HAVING sum(x.sign * x.n) <> 0 OR sum(x.sign * x.amount_minor) <> 0 OR sum(x.sign * x.entered) <> 0
        OR sum(x.sign * x.entered * x.amount_minor) <> 0 OR sum(x.sign * (1 - x.n)) <> 0
    ORDER BY x.currency
    ON CONFLICT (organization_id, currency, slot) DO UPDATE
    SET gift_count = t.gift_count + excluded.gift_count, given_minor = t.given_minor + excluded.given_minor,
        entered_count = t.entered_count + excluded.entered_count, entered_minor = t.entered_minor + excluded.entered_minor,
        back_count = t.back_count + excluded.back_count, back_minor = t.back_minor + excluded.back_minor;
END
$$;

-- How many designations each project has: what leaves and what comes.
CREATE FUNCTION crm_code.count_designations(
    p_organization_id bigint, p_slot smallint, p_old crm_code.booked_gift[], p_new crm_code.booked_gift[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.designation_tally AS t (organization_id, project_id, slot, designation_count)
    SELECT p_organization_id, x.project_id, p_slot, sum(x.n)
    FROM (SELECT s.project_id, -1 AS n FROM unnest(p_old) o CROSS JOIN LATERAL unnest(o.project_ids) AS s (project_id)
          UNION ALL SELECT s.project_id, 1 FROM unnest(p_new) w CROSS JOIN LATERAL unnest(w.project_ids) AS s (project_id)) x
    GROUP BY x.project_id HAVING sum(x.n) <> 0 ORDER BY x.project_id
    ON CONFLICT (organization_id, project_id, slot) DO UPDATE SET designation_count = t.designation_count + excluded.designation_count;
END
$$;

-- Take off the givers of p_gifts who gave to a project's subtree before, in all or in the year; p_known gave before somewhere.
-- Gifts of a locked contact are older exactly when their ids are lower. Of most contacts there are few, which are all looked at, once each. Those of
-- one who gives often (more than 50 gifts, these counted) are looked at newest first: who gives often gives to the same again. The newest of them
-- decides, but for a year before its own: that alone is looked for again.
CREATE FUNCTION crm_code.take_off_known_givers(
    p_organization_id bigint, p_gifts crm_code.booked_gift[], p_known bigint[], p_slot smallint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_first bigint := (SELECT min(g.id) FROM unnest(p_gifts) g);
    v_often bigint[] := ARRAY(SELECT i.id FROM unnest(p_known) AS i (id)
        CROSS JOIN LATERAL (SELECT sum(k.gift_count) AS n FROM crm.contact_giving k
            WHERE k.organization_id = p_organization_id AND k.contact_id = i.id) k WHERE k.n > 50);
BEGIN
    WITH giver AS MATERIALIZED (
        SELECT a.ancestor_id, g.currency, g.contact_id, g.year, g.contact_id = ANY (v_often) AS is_often
        FROM unnest(p_gifts) g
        CROSS JOIN LATERAL unnest(g.project_ids) AS s (project_id)
        JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id WHERE g.contact_id = ANY (p_known)
    ), seldom AS (
        SELECT x.ancestor_id, x.currency, x.contact_id, array_remove(array_agg(DISTINCT x.year), NULL) AS years, array_agg(DISTINCT x.older) AS older
        FROM (SELECT o.ancestor_id, o.currency, o.contact_id, o.year, NULL::smallint AS older FROM giver o WHERE NOT o.is_often
            UNION ALL
            SELECT a.ancestor_id, g.currency, g.contact_id, NULL, g.year
            FROM unnest(p_known) AS i (id)
            CROSS JOIN LATERAL (SELECT k.contact_id, k.currency::text AS currency, extract(year FROM k.gift_on)::smallint AS year, k.designation_project_ids
                FROM crm.gift k WHERE k.organization_id = p_organization_id AND k.contact_id = i.id AND k.id < v_first
                    AND i.id <> ALL (v_often) AND k.reverses_id IS NULL OFFSET 0) g
            CROSS JOIN LATERAL unnest(g.designation_project_ids) AS s (project_id)
            JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id) x
        GROUP BY x.contact_id, x.currency, x.ancestor_id
    ), placed AS MATERIALIZED (
        -- The year of the newest older gift there, of each who gives often.
        SELECT o.*, (SELECT extract(year FROM g.gift_on)::int FROM crm.gift g
            WHERE g.organization_id = p_organization_id AND g.contact_id = o.contact_id AND g.id < v_first
                AND g.reverses_id IS NULL AND g.currency = o.currency AND EXISTS (SELECT FROM crm.project_ancestor a
                    WHERE a.organization_id = p_organization_id AND a.project_id = ANY (g.designation_project_ids)
                    AND a.ancestor_id = o.ancestor_id)
            ORDER BY g.gift_on DESC, g.id DESC LIMIT 1) AS newest
        FROM (SELECT o.ancestor_id, o.currency, o.contact_id, array_agg(DISTINCT o.year) AS years FROM giver o WHERE o.is_often
            GROUP BY o.ancestor_id, o.currency, o.contact_id) o
    ), known AS (
        SELECT x.ancestor_id, x.currency, x.contact_id, y.year, y.year = ANY (x.older) IS TRUE AS in_year
        FROM seldom x CROSS JOIN LATERAL unnest(x.years) AS y (year) WHERE array_remove(x.older, NULL) <> '{}'
        UNION ALL
        SELECT p.ancestor_id, p.currency, p.contact_id, y.year, p.newest = y.year OR p.newest > y.year AND EXISTS (
            SELECT FROM crm.gift g
            WHERE g.organization_id = p_organization_id AND g.contact_id = p.contact_id AND g.id < v_first
                AND g.reverses_id IS NULL AND g.gift_on >= make_date(y.year, 1, 1) AND g.gift_on < make_date(y.year + 1, 1, 1)
                AND g.currency = p.currency AND EXISTS (SELECT FROM crm.project_ancestor a
                    WHERE a.organization_id = p_organization_id AND a.project_id = ANY (g.designation_project_ids)
                    AND a.ancestor_id = p.ancestor_id))
        FROM placed p CROSS JOIN LATERAL unnest(p.years) AS y (year) WHERE p.newest IS NOT NULL
    )
    UPDATE crm.project_giving t SET giver_count = t.giver_count - f.givers
    FROM (
        SELECT k.ancestor_id, k.currency, coalesce(k.year, 0::smallint) AS year, CASE grouping(k.year)
            WHEN 1 THEN count(DISTINCT k.contact_id) ELSE count(*) FILTER (WHERE k.in_year) END AS givers
        FROM known k
        GROUP BY GROUPING SETS ((k.ancestor_id, k.currency, k.year), (k.ancestor_id, k.currency))) f
    WHERE t.organization_id = p_organization_id AND t.project_id = f.ancestor_id AND t.currency = f.currency
        AND t.year = f.year AND t.slot = p_slot AND f.givers > 0;
END
$$;
