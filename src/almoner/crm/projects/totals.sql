-- Move the totals of every project a set of gifts touches, and of all its ancestors. A gift counts once per project,
-- however many of its designations fall into the subtree. p_sign is 1 when gifts come, -1 when they go.
CREATE FUNCTION crm_code.move_totals(p_organization_id bigint, p_gift_ids bigint[], p_slot smallint, p_sign int)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO crm.project_total (organization_id, project_id, currency, slot, given_minor, gift_count)
    SELECT p_organization_id, a.ancestor_id, g.currency, p_slot, p_sign * sum(s.minor), p_sign * count(DISTINCT g.id)
    FROM crm.gift g
    CROSS JOIN LATERAL unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)
    JOIN crm.project_ancestor a ON a.organization_id = p_organization_id AND a.project_id = s.project_id
    WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids)
    GROUP BY a.ancestor_id, g.currency
    ORDER BY a.ancestor_id, g.currency
    ON CONFLICT (organization_id, project_id, currency, slot) DO UPDATE
    SET given_minor = crm.project_total.given_minor + excluded.given_minor,
        gift_count = crm.project_total.gift_count + excluded.gift_count
$$;
