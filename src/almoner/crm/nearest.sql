-- needs: platform/nearest
--
-- What a misspelt code or name may mean, of the first thousand in the order of the alphabet (see platform_code.nearest). A look costs much: whoever
-- refuses many asks for a few.
CREATE FUNCTION crm_code.nearest(p_organization_id bigint, p_what text, p_text text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_choices text[];
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
    RETURN platform_code.nearest(p_text, v_choices);
END
$$;
