-- name: records
-- What a subtree was given in each currency: sum, gifts and givers in all, and the same of the year.
SELECT p.*, parent.name AS parent_name, given.currencies, given.figures
FROM crm.project p
LEFT JOIN crm.project parent ON parent.organization_id = :organization_id AND parent.id = p.parent_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.currency ORDER BY x.currency) AS currencies, array_agg(x.figures ORDER BY x.currency) AS figures
    FROM (
        SELECT t.currency, ARRAY[
            coalesce(sum(t.given_minor) FILTER (WHERE t.year = 0), 0),
            coalesce(sum(t.gift_count) FILTER (WHERE t.year = 0), 0),
            coalesce(sum(t.giver_count) FILTER (WHERE t.year = 0), 0),
            coalesce(sum(t.given_minor) FILTER (WHERE t.year <> 0), 0),
            coalesce(sum(t.gift_count) FILTER (WHERE t.year <> 0), 0),
            coalesce(sum(t.giver_count) FILTER (WHERE t.year <> 0), 0)]::numeric[] AS figures
        FROM crm.project_giving t
        WHERE t.organization_id = :organization_id AND t.project_id = p.id AND t.year IN (0, :year)
        GROUP BY t.currency HAVING sum(t.given_minor) <> 0 OR sum(t.gift_count) <> 0) x) given
WHERE p.organization_id = :organization_id AND p.id = ANY (:ids);

-- name: id_by_code$
SELECT id FROM crm.project WHERE organization_id = :organization_id AND code_key = :code_key;

-- name: add_project$
INSERT INTO crm.project (organization_id, {columns}) VALUES (:organization_id, {values})
ON CONFLICT (organization_id, code_key) DO NOTHING
RETURNING id;

-- name: add_ancestors!
INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
SELECT (:organization_id)::bigint, (:id)::bigint, (:id)::bigint
UNION ALL
SELECT a.organization_id, (:id)::bigint, a.ancestor_id FROM crm.project_ancestor a
WHERE a.organization_id = :organization_id AND a.project_id = (:parent_id)::bigint;

-- name: hold_codes!
-- Who asks for a code from the same name at the same moment comes after: it then sees this one's.
SELECT pg_advisory_xact_lock(hashtextextended(format('crm.project %s %s', (:organization_id)::bigint, (:base)::text), 0));

-- name: codes_like
SELECT code_key FROM crm.project WHERE organization_id = :organization_id AND starts_with(code_key, :base);

-- name: types
SELECT DISTINCT type FROM crm.project WHERE organization_id = :organization_id AND type <> '' ORDER BY type;

-- name: set_active$
UPDATE crm.project SET is_active = :active, modified_at = :now, version = version + 1
WHERE organization_id = :organization_id AND id = :id AND is_active <> :active
RETURNING version;

-- name: total_differences
-- The tree is walked afresh from parent_id, so that a wrong project_ancestor shows too.
WITH RECURSIVE tree (project_id, ancestor_id) AS (
    SELECT id, id FROM crm.project WHERE organization_id = :organization_id
    UNION
    SELECT t.project_id, p.parent_id FROM tree t
    JOIN crm.project p ON p.organization_id = :organization_id AND p.id = t.ancestor_id AND p.parent_id IS NOT NULL
), exact AS (
    SELECT t.ancestor_id AS project_id, g.currency, y.year,
        ARRAY[sum(s.minor), count(DISTINCT g.id) FILTER (WHERE g.reverses_id IS NULL),
            count(DISTINCT g.contact_id) FILTER (WHERE g.reverses_id IS NULL)]::numeric[] AS figures
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    CROSS JOIN LATERAL (VALUES (0::smallint), (extract(year FROM g.gift_on)::smallint)) AS y (year)
    JOIN tree t ON t.project_id = s.project_id
    WHERE g.organization_id = :organization_id
    GROUP BY t.ancestor_id, g.currency, y.year
), kept AS (
    SELECT project_id, currency, year, ARRAY[sum(given_minor), sum(gift_count), sum(giver_count)]::numeric[] AS figures
    FROM crm.project_giving WHERE organization_id = :organization_id
    GROUP BY project_id, currency, year
)
SELECT 'crm.project_giving' AS figure,
    concat_ws(' ', 'project', project_id, currency, CASE year WHEN 0 THEN 'in all' ELSE year::text END) AS of,
    coalesce(k.figures, '{0,0,0}') AS kept, coalesce(e.figures, '{0,0,0}') AS exact
FROM kept k
FULL JOIN exact e USING (project_id, currency, year)
WHERE coalesce(k.figures, '{0,0,0}') <> coalesce(e.figures, '{0,0,0}')
ORDER BY project_id, currency, year;
