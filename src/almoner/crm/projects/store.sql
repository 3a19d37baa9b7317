-- name: add_project$
INSERT INTO crm.project (organization_id, name, project_code, code_key, external_accounting_code,
    revenue_accounting_code, online_display_name, description, type, location, inventory_status, parent_id, is_public,
    is_active, is_available_online, is_tax_deductible, is_limited_to_financial_need,
    is_restricted_to_gift_specifications, treat_as_accounts_payable, beginning_balance_minor, financial_need_minor,
    financial_need_type, financial_need_frequency, duration_type, start_on, end_on, created_at, modified_at)
VALUES (:organization_id, :name, :code, :code_key, :external_accounting_code,
    :revenue_accounting_code, :online_display_name, :description, :type, :location, :inventory_status, :parent_id,
    :is_public, :is_active, :is_available_online, :is_tax_deductible, :is_limited_to_financial_need,
    :is_restricted_to_gift_specifications, :treat_as_accounts_payable, :beginning_balance_minor,
    :financial_need_minor, :financial_need_type, :financial_need_frequency, :duration_type, :start_on, :end_on, :now,
    :now)
ON CONFLICT (organization_id, code_key) DO NOTHING
RETURNING id;

-- name: add_ancestors!
INSERT INTO crm.project_ancestor (organization_id, project_id, ancestor_id)
SELECT (:organization_id)::bigint, (:id)::bigint, (:id)::bigint
UNION ALL
SELECT a.organization_id, (:id)::bigint, a.ancestor_id FROM crm.project_ancestor a
WHERE a.organization_id = :organization_id AND a.project_id = (:parent_id)::bigint;

-- name: codes_like
SELECT code_key FROM crm.project
WHERE organization_id = :organization_id AND starts_with(code_key, :base_key);

-- name: has_project$
SELECT EXISTS (SELECT FROM crm.project WHERE organization_id = :organization_id AND id = :id);

-- name: find_project^
SELECT p.id, p.name, p.project_code, p.external_accounting_code, p.revenue_accounting_code, p.online_display_name,
    p.description, p.type, p.location, p.inventory_status, p.parent_id, parent.name AS parent_name, p.is_public,
    p.is_active, p.is_available_online, p.is_tax_deductible, p.is_limited_to_financial_need,
    p.is_restricted_to_gift_specifications, p.treat_as_accounts_payable, p.beginning_balance_minor,
    p.financial_need_minor, p.financial_need_type, p.financial_need_frequency, p.duration_type, p.start_on, p.end_on,
    p.created_at, p.modified_at, (:currency)::text AS currency, t.given_minor, t.gift_count
FROM crm.project p
LEFT JOIN crm.project parent ON parent.organization_id = p.organization_id AND parent.id = p.parent_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.given_minor), 0)::bigint AS given_minor, coalesce(sum(x.gift_count), 0)::bigint AS gift_count
    FROM crm.project_total x
    WHERE x.organization_id = p.organization_id AND x.project_id = p.id AND x.currency = (:currency)::text) t
WHERE p.organization_id = :organization_id
    AND (p.id = (:id)::bigint OR p.code_key = :code_key);

-- name: figures^
WITH subtree AS (
    SELECT array_agg(a.project_id) AS ids FROM crm.project_ancestor a
    WHERE a.organization_id = :organization_id AND a.ancestor_id = :id
), given AS (
    SELECT g.contact_id, g.gift_on >= (:from_day)::date AND g.gift_on < (:before_day)::date AS this_year,
        (SELECT sum(s.minor) FROM unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
         WHERE s.project_id = ANY (subtree.ids)) AS minor
    FROM subtree
    JOIN crm.gift g ON g.organization_id = :organization_id AND g.currency = (:currency)::text
        AND g.designation_project_ids && subtree.ids
)
SELECT count(DISTINCT contact_id) AS givers,
    coalesce(sum(minor) FILTER (WHERE this_year), 0)::bigint AS year_minor,
    count(*) FILTER (WHERE this_year) AS year_gifts,
    count(DISTINCT contact_id) FILTER (WHERE this_year) AS year_givers
FROM given;

-- name: set_active$
UPDATE crm.project SET is_active = :active, modified_at = :now
WHERE organization_id = :organization_id AND id = :id AND is_active <> :active
RETURNING id;

-- name: add_project_event!
INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at)
VALUES (:organization_id, platform.event_part(:organization_id, 0), 0, :kind, :id, :now);

-- name: total_differences
-- The tree is walked afresh from parent_id, so that a wrong project_ancestor shows too.
WITH RECURSIVE tree (project_id, ancestor_id) AS (
    SELECT id, id FROM crm.project WHERE organization_id = :organization_id
    UNION
    SELECT t.project_id, p.parent_id FROM tree t
    JOIN crm.project p ON p.organization_id = :organization_id AND p.id = t.ancestor_id AND p.parent_id IS NOT NULL
), exact AS (
    SELECT t.ancestor_id AS project_id, g.currency, y.year,
        ARRAY[sum(s.minor), count(DISTINCT g.id), count(DISTINCT g.contact_id)]::bigint[] AS figures
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    CROSS JOIN LATERAL (VALUES (0::smallint), (extract(year FROM g.gift_on)::smallint)) AS y (year)
    JOIN tree t ON t.project_id = s.project_id
    WHERE g.organization_id = :organization_id
    GROUP BY t.ancestor_id, g.currency, y.year
), kept AS (
    SELECT project_id, currency, year, ARRAY[sum(given_minor), sum(gift_count), sum(giver_count)]::bigint[] AS figures
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
