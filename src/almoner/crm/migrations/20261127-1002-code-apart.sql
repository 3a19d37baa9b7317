-- older programs may run on this
--
-- Functions, types and views moved to crm_code; the old names serve processes of the program before this one.
--
-- squawk-ignore-file ban-drop-type, ban-drop-function
-- What goes is called by the functions that are replaced here, and by nobody else.

DROP TYPE IF EXISTS crm.incoming_contact, crm.incoming_gift CASCADE;  -- and the functions that take them
DROP FUNCTION IF EXISTS crm.move_totals(bigint, bigint[], smallint, int);

CREATE OR REPLACE FUNCTION crm.accept_contacts(p_organization_id bigint, p_contacts jsonb)
RETURNS TABLE (ord int, contact_id bigint, problem text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    -- What they send flat stands for the person too: names that are no columns of it are passed over.
    RETURN QUERY SELECT c.ord, c.contact_id, c.problem FROM crm_code.accept_contacts(p_organization_id, (
        SELECT jsonb_agg(x || jsonb_build_object('person', x || jsonb_build_object('prefix', x -> 'title')))
        FROM jsonb_array_elements(p_contacts) x)) c;
END
$$;

CREATE OR REPLACE FUNCTION crm.accept_gifts(p_organization_id bigint, p_slot smallint, p_gifts jsonb)
RETURNS TABLE (ord int, gift_id bigint, problem text, detail text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT g.ord, g.gift_id, g.problem, g.detail
    FROM crm_code.accept_gifts(p_organization_id, p_slot, p_gifts) g;
END
$$;

CREATE OR REPLACE VIEW crm.gift_designation WITH (security_invoker = true) AS
SELECT g.organization_id, s.id, g.id AS gift_id, s.ordinal, s.project_id, p.name AS project, p.project_code,
    p.external_accounting_code, p.type AS project_type, p.location AS project_location, s.amount_minor, g.currency
FROM crm.gift g
CROSS JOIN LATERAL unnest(g.designation_ids, g.designation_project_ids, g.designation_minor)
    WITH ORDINALITY AS s (id, project_id, amount_minor, ordinal)
JOIN crm.project p ON p.organization_id = g.organization_id AND p.id = s.project_id;

GRANT SELECT, INSERT, UPDATE, DELETE ON crm.gift_designation TO almoner_app;
