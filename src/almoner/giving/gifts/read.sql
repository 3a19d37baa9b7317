-- One row per project of a gift, in the order given.
CREATE VIEW giving_code.gift_project WITH (security_invoker = true) AS
SELECT g.organization_id, g.id AS gift_id, s.ordinal, s.project_id, p.code, p.name, s.amount_minor, g.currency
FROM giving.gift g
CROSS JOIN LATERAL unnest(g.project_ids, g.project_minor)
    WITH ORDINALITY AS s (project_id, amount_minor, ordinal)
JOIN giving.project p ON p.organization_id = g.organization_id AND p.id = s.project_id;
