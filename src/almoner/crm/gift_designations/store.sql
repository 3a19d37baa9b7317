-- name: records
SELECT d.id, d.gift_id, d.project_id, d.amount_minor, d.currency, d.gift_on,
    (d.created_at AT TIME ZONE (:zone)::text)::date AS made_on,
    crm_code.told_custom_fields(g.organization_id, g.custom_values) AS told_gift_values,
    crm_code.told_custom_fields(p.organization_id, p.custom_values) AS told_project_values,
    crm_code.told_custom_fields(u.organization_id, u.custom_values) AS told_parent_values,
    g.gift_type, g.is_private AS gift_is_private, g.contact_id, g.batch, t.name AS segment_name, coalesce(t.code, g.segment_code) AS segment_code,
    m.name AS communication_name, coalesce(k.name, b.names[1]) AS campaign_name, b.names AS campaign_names,
    c.name AS contact_name, c.contact_type,
    p.name AS project, p.project_code, p.external_accounting_code AS project_external_accounting_code,
    p.type AS project_type, p.location AS project_location, p.is_tax_deductible,
    u.id AS parent_project_id, u.name AS parent_project, u.project_code AS parent_project_code,
    u.external_accounting_code AS parent_project_external_accounting_code,
    u.type AS parent_project_type, u.location AS parent_project_location,
    g.id IS NOT NULL AND c.id IS NOT NULL AND p.id IS NOT NULL AS is_whole
FROM crm.designation d
LEFT JOIN crm.gift g ON g.organization_id = :organization_id AND g.id = d.gift_id
LEFT JOIN crm.contact c ON c.organization_id = :organization_id AND c.id = g.contact_id
LEFT JOIN crm.segment t ON t.organization_id = :organization_id AND t.id = g.segment_id
LEFT JOIN crm.communication m ON m.organization_id = :organization_id AND m.id = t.communication_id
LEFT JOIN crm.campaign k ON k.organization_id = :organization_id AND k.id = m.campaign_id
LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = d.project_id
LEFT JOIN crm.project u ON u.organization_id = :organization_id AND u.id = p.parent_id
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT n.name FROM crm.campaign_part q
    JOIN crm.campaign n ON n.organization_id = :organization_id AND n.id = q.campaign_id
    LEFT JOIN crm.gift o ON o.organization_id = :organization_id AND o.id = g.reverses_id
    WHERE q.organization_id = :organization_id AND q.gift_id = d.gift_id AND (q.by_segment OR EXISTS (
        SELECT FROM crm.campaign_reach r
        WHERE r.organization_id = :organization_id AND r.project_id = d.project_id AND r.campaign_id = q.campaign_id
            AND r.from_on <= coalesce(o.gift_on, d.gift_on) AND r.before_on > coalesce(o.gift_on, d.gift_on)))
    GROUP BY n.id, n.name ORDER BY n.name, n.id) AS names) b
WHERE d.organization_id = :organization_id AND d.id = ANY (:ids);

-- name: differences
-- Reads every gift and every designation. Whose rows are not what its gift says: how many parts, and their sum.
SELECT 'crm.designation' AS figure, concat_ws(' ', 'gift', gift_id) AS of,
    coalesce(k.figures, '{0,0}') AS kept, coalesce(e.figures, '{0,0}') AS exact
FROM (SELECT d.gift_id, ARRAY[count(*), sum(d.amount_minor)]::numeric[] AS figures,
        array_agg((d.id, d.project_id, d.amount_minor, d.currency, d.gift_on)::text ORDER BY d.ordinal) AS parts
      FROM crm.designation d WHERE d.organization_id = :organization_id GROUP BY d.gift_id) k
FULL JOIN (SELECT g.id AS gift_id, ARRAY[count(*), sum(s.minor)]::numeric[] AS figures,
        array_agg((s.id, s.project_id, s.minor, g.currency::text, g.gift_on)::text ORDER BY s.n) AS parts
      FROM crm.gift g
      CROSS JOIN LATERAL unnest(g.designation_ids, g.designation_project_ids, g.designation_minor)
          WITH ORDINALITY AS s (id, project_id, minor, n)
      WHERE g.organization_id = :organization_id GROUP BY g.id) e USING (gift_id)
WHERE k.parts IS DISTINCT FROM e.parts
ORDER BY gift_id LIMIT 100;

-- name: tally_differences
-- Reads every designation.
SELECT 'crm.designation_tally' AS figure, concat_ws(' ', 'project', project_id) AS of,
    ARRAY[coalesce(k.n, 0)]::numeric[] AS kept, ARRAY[coalesce(e.n, 0)]::numeric[] AS exact
FROM (SELECT t.project_id, sum(t.designation_count) AS n FROM crm.designation_tally t
      WHERE t.organization_id = :organization_id GROUP BY t.project_id) k
FULL JOIN (SELECT d.project_id, count(*) AS n FROM crm.designation d
      WHERE d.organization_id = :organization_id GROUP BY d.project_id) e USING (project_id)
WHERE coalesce(k.n, 0) <> coalesce(e.n, 0)
ORDER BY project_id;
