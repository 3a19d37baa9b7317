-- name: records
SELECT e.*, p.name AS project_name, p.project_code, u.id AS parent_project_id, u.name AS parent_project_name,
    u.project_code AS parent_project_code
FROM crm.project_expense e
JOIN crm.project p ON p.organization_id = :organization_id AND p.id = e.project_id
LEFT JOIN crm.project u ON u.organization_id = :organization_id AND u.id = p.parent_id
WHERE e.organization_id = :organization_id AND e.id = ANY (:ids);

-- name: chosen_of_project
SELECT id FROM crm.project_expense
WHERE organization_id = :organization_id AND project_id = :project_id
    AND ((:words)::text IS NULL OR strpos(lower(concat_ws(' ', accounting_code, description)), (:words)::text) > 0)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: lock^
SELECT * FROM crm.project_expense WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;

-- name: enter
INSERT INTO crm.project_expense (organization_id, project_id, amount_minor, spent_on, accounting_code, description, created_at, modified_at)
SELECT :organization_id, x.project_id, x.amount_minor, x.spent_on, x.accounting_code, x.description, :now, :now
FROM jsonb_populate_recordset(NULL::crm.project_expense, (:expenses)::jsonb) x
RETURNING id;

-- name: book!
SELECT crm_code.book_expenses(:organization_id, :project_ids, :years, :minor);

-- name: announce_new!
SELECT crm_code.append_event(:organization_id, 0, 'project_expense.created', x.id, :now, 1)
FROM unnest((:ids)::bigint[]) AS x (id) ORDER BY x.id;

-- name: differences
-- Reads every expense. The tree is walked afresh from parent_id.
WITH RECURSIVE tree (project_id, ancestor_id) AS (
    SELECT id, id FROM crm.project WHERE organization_id = :organization_id
    UNION
    SELECT t.project_id, p.parent_id FROM tree t
    JOIN crm.project p ON p.organization_id = :organization_id AND p.id = t.ancestor_id AND p.parent_id IS NOT NULL
), exact AS (
    SELECT t.ancestor_id AS project_id, y.year, sum(e.amount_minor) AS minor
    FROM crm.project_expense e
    JOIN tree t ON t.project_id = e.project_id
    CROSS JOIN LATERAL (VALUES (0), (extract(year FROM e.spent_on)::int)) AS y (year)
    WHERE e.organization_id = :organization_id GROUP BY t.ancestor_id, y.year
), kept AS (
    SELECT project_id, year::int, sum(spent_minor) AS minor FROM crm.project_spending
    WHERE organization_id = :organization_id GROUP BY project_id, year
)
SELECT 'crm.project_spending' AS figure, concat_ws(' ', 'project', project_id, CASE year WHEN 0 THEN 'in all' ELSE year::text END) AS of,
    ARRAY[coalesce(k.minor, 0)]::numeric[] AS kept, ARRAY[coalesce(e.minor, 0)]::numeric[] AS exact
FROM kept k FULL JOIN exact e USING (project_id, year)
WHERE coalesce(k.minor, 0) <> coalesce(e.minor, 0)
ORDER BY project_id, year;
