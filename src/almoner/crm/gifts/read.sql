CREATE VIEW crm_code.gift_designation WITH (security_invoker = true) AS
SELECT g.organization_id, s.id, g.id AS gift_id, s.ordinal, s.project_id, p.name AS project, p.project_code,
    p.external_accounting_code, p.type AS project_type, p.location AS project_location, s.amount_minor, g.currency,
    p.is_tax_deductible
FROM crm.gift g
CROSS JOIN LATERAL unnest(g.designation_ids, g.designation_project_ids, g.designation_minor)
    WITH ORDINALITY AS s (id, project_id, amount_minor, ordinal)
LEFT JOIN crm.project p ON p.organization_id = g.organization_id AND p.id = s.project_id;
