-- Gifts that follow their projects into a campaign or out of it.

-- Let the gifts of p_most designations of a project, those after one, be in campaigns as reach has them since. Answers the last of them, or
-- null when there is none left. The tree is held alone by whoever changed what reaches the project.
CREATE FUNCTION crm_code.rebook_portion(p_organization_id bigint, p_project_id bigint, p_after bigint, p_most int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_last bigint;
    v_gifts bigint[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    SELECT max(x.id), array_agg(DISTINCT x.gift_id) INTO v_last, v_gifts
    FROM (SELECT d.id, d.gift_id FROM crm.designation d
          WHERE d.organization_id = p_organization_id AND d.project_id = p_project_id AND d.id > p_after ORDER BY d.id LIMIT p_most) x;
    IF v_gifts IS NOT NULL THEN
        PERFORM crm.rebook_campaigns(p_organization_id, v_gifts, '{}');
    END IF;
    RETURN v_last;
END
$$;
