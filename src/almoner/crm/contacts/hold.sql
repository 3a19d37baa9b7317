-- needs: crm/contacts/put, crm/projects/tree
--
-- crm_code.hold_contacts: what is carried out kind by kind takes the contacts of all kinds first.

-- Take every contact that changes of several kinds are about, in the one order of all: taken as each kind comes to it, two calls would wait for each
-- other. p_givers and p_gifts: keys of givers, and of gifts, whose contacts are meant as they are now. One that is found otherwise afterwards is taken then.
CREATE FUNCTION crm_code.hold_contacts(
    p_organization_id bigint, p_contacts jsonb, p_email_keys text[], p_givers jsonb, p_gifts jsonb
) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_contacts crm_code.put_contact[] := crm_code.read_contacts(p_contacts, p_email_keys);
    v_ids bigint[];
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.merges_for(p_organization_id, p_contacts);
    v_ids := ARRAY(SELECT m.contact_id FROM crm_code.match_contacts(p_organization_id, v_contacts) m);
    v_ids := v_ids || ARRAY(SELECT k.contact_id FROM jsonb_populate_recordset(NULL::crm_code.source_key, p_givers) g
        CROSS JOIN LATERAL (SELECT x.contact_id FROM crm.contact_reference x WHERE x.organization_id = p_organization_id
            AND x.source = g.source AND x.reference_id = g.id AND x.forgotten_version IS NULL LIMIT 1) k);
    v_ids := v_ids || ARRAY(SELECT k.contact_id FROM jsonb_populate_recordset(NULL::crm_code.source_key, p_gifts) g
        CROSS JOIN LATERAL (SELECT x.contact_id FROM crm.gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = g.source AND x.transaction_id = g.id LIMIT 1) k);
    PERFORM crm_code.lock_contacts(p_organization_id, v_ids);
END
$$;
