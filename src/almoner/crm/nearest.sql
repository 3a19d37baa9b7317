-- What a misspelt code or name may mean, to put behind the sentence that refuses it: up to three that it is like, by the pairs of letters that both
-- have, of the first thousand in the order of the alphabet; nothing when it is like none. Of a long one its start is looked at. A look costs much: whoever
-- refuses many asks for a few.
CREATE FUNCTION crm_code.nearest(p_organization_id bigint, p_what text, p_text text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_choices text[];
    v_text text := lower(left(p_text, 60));
BEGIN
    CASE p_what
    WHEN 'project code' THEN v_choices := ARRAY(SELECT p.project_code FROM crm.project p
        WHERE p.organization_id = p_organization_id ORDER BY p.code_key LIMIT 1000);
    WHEN 'accounting code' THEN v_choices := ARRAY(SELECT DISTINCT p.external_accounting_code FROM crm.project p
        WHERE p.organization_id = p_organization_id AND p.external_accounting_code IS NOT NULL ORDER BY 1 LIMIT 1000);
    WHEN 'project name' THEN v_choices := ARRAY(SELECT DISTINCT p.name FROM crm.project p
        WHERE p.organization_id = p_organization_id ORDER BY 1 LIMIT 1000);
    WHEN 'segment code' THEN v_choices := ARRAY(SELECT s.code FROM crm.segment s
        WHERE s.organization_id = p_organization_id ORDER BY s.code_key LIMIT 1000);
    WHEN 'campaign name' THEN v_choices := ARRAY(SELECT DISTINCT c.name FROM crm.campaign c
        WHERE c.organization_id = p_organization_id ORDER BY 1 LIMIT 1000);
    END CASE;
    RETURN coalesce((SELECT ' Did you mean one of these: ' || string_agg(x.choice, ', ' ORDER BY x.likeness DESC, x.choice) || '?' FROM (
        SELECT y.choice, y.likeness FROM (
            SELECT c.choice, (SELECT count(DISTINCT substr(lower(c.choice), n.n, 2)) FROM generate_series(1, length(c.choice) - 1) AS n (n)
                WHERE strpos(v_text, substr(lower(c.choice), n.n, 2)) > 0)::numeric
                / greatest(length(c.choice) - 1, length(v_text) - 1, 1) AS likeness
            FROM unnest(v_choices) AS c (choice)) y
        WHERE y.likeness >= 0.4 ORDER BY y.likeness DESC, y.choice LIMIT 3) x), '');
END
$$;
