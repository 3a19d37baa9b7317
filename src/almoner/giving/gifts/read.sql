-- One row per project of a gift, in the order given.
CREATE VIEW giving_code.gift_project WITH (security_invoker = true) AS
SELECT g.organization_id, g.id AS gift_id, s.ordinal, s.project_id, p.code, p.name, s.amount_minor, g.currency
FROM giving.gift g
CROSS JOIN LATERAL unnest(g.project_ids, g.project_minor)
    WITH ORDINALITY AS s (project_id, amount_minor, ordinal)
JOIN giving.project p ON p.organization_id = g.organization_id AND p.id = s.project_id;

-- A gift as it is read: with the names of its campaign and projects.
CREATE VIEW giving_code.gift_read WITH (security_invoker = true) AS
SELECT g.organization_id, g.id, g.donor_id, g.campaign_id, c.name AS campaign_name, g.amount_minor, g.currency,
    g.project_ids, g.project_minor, p.names AS project_names, g.status, g.gift_on, g.received_at, g.modified_at,
    g.is_test_mode, g.is_anonymous, g.payment_type, g.payment_info, g.gateway, g.transaction_id,
    g.authorization_number, g.segment_code, g.motivation_code, g.notes, g.comment, g.source_system, g.source_key
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = g.organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(gp.name ORDER BY gp.ordinal) AS names FROM giving_code.gift_project gp
    WHERE gp.organization_id = g.organization_id AND gp.gift_id = g.id) p;
