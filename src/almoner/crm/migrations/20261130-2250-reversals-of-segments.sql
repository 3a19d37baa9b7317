-- older programs may run on this
--
-- What takes a gift back goes where that gift went, also by its segment alone (docs/decisions/0029.2, 0029.4): until now a reversal, which has no
-- segment of its own, was overlooked as long as no project was in a campaign.

-- Whether gifts of the organization are, or were a moment ago, in campaigns: by their projects or by their segments.
CREATE OR REPLACE FUNCTION crm.has_campaigns(p_organization_id bigint) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    RETURN EXISTS (SELECT FROM crm.campaign_reach k WHERE k.organization_id = p_organization_id)
        OR EXISTS (SELECT FROM crm.campaign_pending k WHERE k.organization_id = p_organization_id)
        OR EXISTS (SELECT FROM crm.campaign_part k WHERE k.organization_id = p_organization_id);
END
$$;

-- Reversals that were overlooked.
SELECT crm.rebook_campaigns(v.organization_id, array_agg(v.id), '{}')
FROM crm.campaign_part p
JOIN crm.gift v ON v.organization_id = p.organization_id AND v.reverses_id = p.gift_id
WHERE p.by_segment AND (SELECT sum(x.amount_minor) FROM crm.campaign_part x WHERE x.organization_id = v.organization_id
    AND x.gift_id = v.id AND x.campaign_id = p.campaign_id AND x.by_segment) IS DISTINCT FROM v.amount_minor
GROUP BY v.organization_id;
