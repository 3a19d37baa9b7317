-- name: records
-- What a subtree was given in each currency: sum, gifts and givers in all, and the same of the year. A status for a while holds until its
-- instant.
SELECT p.*, parent.name AS parent_name, given.currencies, given.figures, spent.minor AS spent_minor, spent.of_year AS spent_of_year,
    crm_code.told_custom_fields(p.organization_id, p.custom_values) AS told_custom_values,
    CASE WHEN p.temporary_until > :now THEN p.temporary_status ELSE p.inventory_status END AS present_status
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
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.spent_minor) FILTER (WHERE e.year = 0), 0) AS minor,
        coalesce(sum(e.spent_minor) FILTER (WHERE e.year <> 0), 0) AS of_year
    FROM crm.project_spending e
    WHERE e.organization_id = :organization_id AND e.project_id = p.id AND e.year IN (0, :year)) spent
WHERE p.organization_id = :organization_id AND p.id = ANY (:ids);

-- name: balance_now
-- A project's balances, and what it was given in each currency and what it spent: with all below it, and itself. Sums of its own are those of
-- its subtree without those of its parts' subtrees.
SELECT p.id AS project_id, p.beginning_balance_minor, p.balance_change_minor, given.currency, given.minor, given.own_minor,
    given.gifts, spent.minor AS spent_minor, spent.own_minor AS own_spent_minor
FROM crm.project p
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.spent_minor) FILTER (WHERE e.project_id = p.id), 0) AS minor,
        coalesce(sum(CASE WHEN e.project_id = p.id THEN e.spent_minor ELSE -e.spent_minor END), 0) AS own_minor
    FROM crm.project_spending e
    WHERE e.organization_id = :organization_id AND e.year = 0 AND e.project_id = ANY (p.id || ARRAY(
        SELECT c.id FROM crm.project c WHERE c.organization_id = :organization_id AND c.parent_id = p.id))) spent
LEFT JOIN LATERAL (
    SELECT t.currency, coalesce(sum(t.given_minor) FILTER (WHERE t.project_id = p.id), 0) AS minor,
        coalesce(sum(t.gift_count) FILTER (WHERE t.project_id = p.id), 0)::bigint AS gifts,
        sum(CASE WHEN t.project_id = p.id THEN t.given_minor ELSE -t.given_minor END) AS own_minor
    FROM crm.project_giving t
    WHERE t.organization_id = :organization_id AND t.year = 0 AND t.project_id = ANY (p.id || ARRAY(
        SELECT c.id FROM crm.project c WHERE c.organization_id = :organization_id AND c.parent_id = p.id))
    GROUP BY t.currency) given ON given.minor <> 0 OR given.gifts <> 0 OR given.own_minor <> 0
WHERE p.organization_id = :organization_id AND p.id = :id
ORDER BY given.currency;

-- name: balance_on
-- The same of what was given and spent up to a day, by the tree as it was at the end of that day: the kept one when nothing moved since. A
-- project that was never moved is where it is. Parts of a gift that takes back another are negative, all others positive: the table holds it.
WITH RECURSIVE moved AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM crm.project_parent x WHERE x.organization_id = :organization_id AND x.from_on > :day) AS since
), placed AS MATERIALIZED (
    SELECT p.id, CASE WHEN k.project_id IS NULL THEN p.parent_id ELSE k.parent_id END AS parent_id
    FROM crm.project p
    LEFT JOIN LATERAL (SELECT x.project_id, x.parent_id FROM crm.project_parent x
        WHERE x.organization_id = :organization_id AND x.project_id = p.id AND x.from_on <= :day
        ORDER BY x.from_on DESC LIMIT 1) k ON true
    WHERE p.organization_id = :organization_id AND (SELECT m.since FROM moved m)
), then_below (id) AS (
    SELECT (:id)::bigint
    UNION
    SELECT p.id FROM then_below b JOIN placed p ON p.parent_id = b.id
), below (id) AS (
    SELECT b.id FROM then_below b
    UNION
    SELECT a.project_id FROM crm.project_ancestor a
    WHERE a.organization_id = :organization_id AND a.ancestor_id = :id AND NOT (SELECT m.since FROM moved m)
)
SELECT p.id AS project_id, p.beginning_balance_minor, p.balance_change_minor, given.currency, given.minor, given.own_minor,
    given.gifts, spent.minor AS spent_minor, spent.own_minor AS own_spent_minor
FROM crm.project p
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount_minor), 0) AS minor,
        coalesce(sum(e.amount_minor) FILTER (WHERE e.project_id = p.id), 0) AS own_minor
    FROM below b
    JOIN crm.project_expense e ON e.organization_id = :organization_id AND e.project_id = b.id AND e.spent_on <= :day) spent
LEFT JOIN LATERAL (
    SELECT d.currency, sum(d.amount_minor) AS minor, count(DISTINCT d.gift_id) FILTER (WHERE d.amount_minor > 0) AS gifts,
        coalesce(sum(d.amount_minor) FILTER (WHERE d.project_id = p.id), 0) AS own_minor
    FROM below b
    JOIN crm.designation d ON d.organization_id = :organization_id AND d.project_id = b.id AND d.gift_on <= :day
    GROUP BY d.currency) given ON true
WHERE p.organization_id = :organization_id AND p.id = :id
ORDER BY given.currency;

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

-- name: keep_tree!
SELECT crm_code.keep_tree(:organization_id);

-- name: hold_tree!
SELECT crm_code.hold_tree(:organization_id);

-- name: rows
SELECT * FROM crm.project WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: lock
SELECT id FROM crm.project WHERE organization_id = :organization_id AND id = ANY (:ids) ORDER BY id FOR NO KEY UPDATE;

-- name: given
-- What came to each project's subtree in the base currency, without what it spent.
SELECT x.project_id, sum(x.minor) AS minor FROM (
    SELECT project_id, given_minor AS minor FROM crm.project_giving
    WHERE organization_id = :organization_id AND project_id = ANY (:ids) AND year = 0 AND currency = :currency
    UNION ALL
    SELECT project_id, -spent_minor FROM crm.project_spending
    WHERE organization_id = :organization_id AND project_id = ANY (:ids) AND year = 0) x
GROUP BY x.project_id;

-- name: codes_taken
SELECT id, code_key FROM crm.project WHERE organization_id = :organization_id AND code_key = ANY (:code_keys);

-- name: below_themselves
-- Those of the projects that would be below themselves if each were a part of the one beside it in parent_ids.
WITH RECURSIVE moved AS (
    SELECT * FROM unnest((:ids)::bigint[], (:parent_ids)::bigint[]) AS m (id, parent_id)
), up (id, above) AS (
    SELECT m.id, m.parent_id FROM moved m WHERE m.parent_id IS NOT NULL
    UNION
    SELECT u.id, CASE WHEN m.id IS NULL THEN p.parent_id ELSE m.parent_id END
    FROM up u
    JOIN crm.project p ON p.organization_id = :organization_id AND p.id = u.above
    LEFT JOIN moved m ON m.id = u.above
    WHERE u.above <> u.id AND CASE WHEN m.id IS NULL THEN p.parent_id ELSE m.parent_id END IS NOT NULL
)
SELECT id FROM up WHERE above = id;

-- name: change
-- Projects as `projects` have them; those that are so already are left out.
UPDATE crm.project p SET (
    name, project_code, code_key, external_accounting_code, online_display_name, description, type, location,
    parent_id, is_public, is_active, is_available_online, is_tax_deductible, beginning_balance_minor,
    balance_change_minor, revenue_accounting_code, inventory_status, temporary_status, temporary_until, duration_type,
    start_on, end_on, financial_need_minor, financial_need_type, financial_need_frequency,
    is_limited_to_financial_need, is_restricted_to_gift_specifications, treat_as_accounts_payable, enable_sync, custom_values
) = (
    n.name, n.project_code, n.code_key, n.external_accounting_code, n.online_display_name, n.description, n.type,
    n.location, n.parent_id, n.is_public, n.is_active, n.is_available_online, n.is_tax_deductible,
    n.beginning_balance_minor, n.balance_change_minor, n.revenue_accounting_code, n.inventory_status,
    n.temporary_status, n.temporary_until, n.duration_type, n.start_on, n.end_on, n.financial_need_minor,
    n.financial_need_type, n.financial_need_frequency, n.is_limited_to_financial_need,
    n.is_restricted_to_gift_specifications, n.treat_as_accounts_payable, n.enable_sync, n.custom_values
), modified_at = :now, version = p.version + 1
FROM jsonb_populate_recordset(NULL::crm.project, (:projects)::jsonb) n
WHERE p.organization_id = :organization_id AND p.id = n.id
    AND to_jsonb(p) - '{created_at,modified_at,version}'::text[] IS DISTINCT FROM to_jsonb(n) - '{created_at,modified_at,version}'::text[]
RETURNING p.id, p.version;

-- name: move_projects!
SELECT crm_code.move_projects(:organization_id, :ids, :were, :day);

-- name: announce_changes!
SELECT crm_code.append_event(:organization_id, 0, 'project.updated', x.id, :now, x.version, x.data)
FROM jsonb_to_recordset((:changes)::jsonb) AS x (id bigint, version int, data jsonb) ORDER BY x.id;

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

-- name: recount!
SELECT crm_code.recount_projects(:organization_id);

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
