-- older programs may run on this
--
-- Functions, types and views moved to giving_code; the old names serve processes of the program before this one.
--
-- squawk-ignore-file ban-drop-type, ban-drop-function
-- What goes is called by the functions that are replaced here, and by nobody else.

DROP TYPE IF EXISTS giving.new_gift, giving.checked_gift CASCADE;  -- and the functions that take or give them
DROP FUNCTION IF EXISTS giving.give_behind_gate(bigint, jsonb);

CREATE OR REPLACE FUNCTION giving.give(p_organization_id bigint, p_gifts jsonb)
RETURNS TABLE (ord int, outcome text, gift_id bigint, donor_id bigint, received_at timestamptz,
               project_ids bigint[], project_minor bigint[], project_names text[], campaign_name text, problems text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1095519568);  -- the gate: 20261126-0900-gate.sql
    PERFORM FROM giving.campaign WHERE false;
    RETURN QUERY SELECT g.ord, g.outcome, g.gift_id, g.donor_id, g.received_at, g.project_ids, g.project_minor,
        g.project_names, g.campaign_name, g.problems
    FROM giving_code.give(p_organization_id, p_gifts) g;
END
$$;

CREATE OR REPLACE VIEW giving.gift_project WITH (security_invoker = true) AS
SELECT g.organization_id, g.id AS gift_id, s.ordinal, s.project_id, p.code, p.name, s.amount_minor, g.currency
FROM giving.gift g
CROSS JOIN LATERAL unnest(g.project_ids, g.project_minor)
    WITH ORDINALITY AS s (project_id, amount_minor, ordinal)
JOIN giving.project p ON p.organization_id = g.organization_id AND p.id = s.project_id;

CREATE OR REPLACE VIEW giving.gift_read WITH (security_invoker = true) AS
SELECT g.organization_id, g.id, g.donor_id, g.campaign_id, c.name AS campaign_name, g.amount_minor, g.currency,
    g.project_ids, g.project_minor, p.names AS project_names, g.status, g.gift_on, g.received_at, g.modified_at,
    g.is_test_mode, g.is_anonymous, g.payment_type, g.payment_info, g.gateway, g.transaction_id,
    g.authorization_number, g.segment_code, g.motivation_code, g.notes, g.comment, g.source_system, g.source_key
FROM giving.gift g
LEFT JOIN giving.campaign c ON c.organization_id = g.organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(gp.name ORDER BY gp.ordinal) AS names FROM giving.gift_project gp
    WHERE gp.organization_id = g.organization_id AND gp.gift_id = g.id) p;

GRANT SELECT, INSERT, UPDATE, DELETE ON giving.gift_project, giving.gift_read TO almoner_app;
