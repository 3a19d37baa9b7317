-- needs: crm/projects/tree
--
-- crm_code.recount_campaigns: what campaigns reach and were given as gifts, memberships and the tree's history say, whatever was kept.

-- Gifts wait until the transaction ends.
CREATE FUNCTION crm_code.recount_campaigns(p_organization_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_gifts bigint[];
    v_parts crm.campaign_part[];
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    v_gifts := '{}';
    PERFORM crm_code.hold_tree(p_organization_id);
    PERFORM crm.reach_anew(p_organization_id, ARRAY(
        SELECT p.id FROM crm.project p WHERE p.organization_id = p_organization_id));
    DELETE FROM crm.campaign_pending k WHERE k.organization_id = p_organization_id;
    DELETE FROM crm.campaign_part p WHERE p.organization_id = p_organization_id;
    DELETE FROM crm.campaign_giving t WHERE t.organization_id = p_organization_id;
    LOOP
        v_gifts := ARRAY(SELECT g.id FROM crm.gift g WHERE g.organization_id = p_organization_id
            AND g.id > coalesce(v_gifts[cardinality(v_gifts)], 0) ORDER BY g.id LIMIT 10000);
        EXIT WHEN v_gifts = '{}';
        v_parts := ARRAY(SELECT p FROM crm.campaign_parts_of(p_organization_id, v_gifts) p);
        INSERT INTO crm.campaign_part (organization_id, gift_id, campaign_id, by_segment, contact_id, currency, gift_on, amount_minor,
            gift_count, giver_count)
        SELECT p_organization_id, x.gift_id, x.campaign_id, x.by_segment, x.contact_id, x.currency, x.gift_on, x.amount_minor,
            x.gift_count, x.giver_count
        FROM unnest(v_parts) x;
    END LOOP;
    INSERT INTO crm.campaign_giving (organization_id, campaign_id, by_segment, gift_on, currency, slot, given_minor, gift_count, giver_count)
    SELECT p_organization_id, p.campaign_id, p.by_segment, p.gift_on, p.currency, 0, sum(p.amount_minor), sum(p.gift_count),
        sum(p.giver_count)
    FROM crm.campaign_part p WHERE p.organization_id = p_organization_id
    GROUP BY p.campaign_id, p.by_segment, p.gift_on, p.currency;
END
$$;
