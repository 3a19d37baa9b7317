-- needs: crm/contacts/put, crm/projects/tree
--
-- crm_code.hold_contacts: what is carried out kind by kind takes the contacts of all kinds first.

-- The contacts that changes of several kinds are about as they are now. p_givers and p_gifts: keys of givers, and of gifts, whose contacts are meant.
CREATE FUNCTION crm_code.contacts_meant(p_organization_id bigint, p_contacts crm_code.put_contact[], p_givers jsonb, p_gifts jsonb)
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT m.contact_id FROM crm_code.match_contacts(p_organization_id, p_contacts) m WHERE m.contact_id IS NOT NULL);
BEGIN
    v_ids := v_ids || ARRAY(SELECT k.contact_id FROM jsonb_populate_recordset(NULL::crm_code.source_key, p_givers) g
        CROSS JOIN LATERAL (SELECT x.contact_id FROM crm.contact_reference x WHERE x.organization_id = p_organization_id
            AND x.source = g.source AND x.reference_id = g.id AND x.forgotten_version IS NULL LIMIT 1) k);
    v_ids := v_ids || ARRAY(SELECT k.contact_id FROM jsonb_populate_recordset(NULL::crm_code.source_key, p_gifts) g
        CROSS JOIN LATERAL (SELECT x.contact_id FROM crm.gift x WHERE x.organization_id = p_organization_id
            AND x.transaction_source = g.source AND x.transaction_id = g.id LIMIT 1) k);
    RETURN crm_code.survivors(p_organization_id, v_ids);
END
$$;

-- Take every contact that changes of several kinds are about, in the one order of all: taken as each kind comes to it, two calls would wait for each
-- other. A gift may go to another contact before those are locked, and that one would be taken after them: then all are let go and looked for again. Who gives
-- a gift to another holds both contacts, so nobody does it after that.
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
    FOR n IN 1..20 LOOP
        v_ids := crm_code.contacts_meant(p_organization_id, v_contacts, p_givers, p_gifts);
        BEGIN
            v_ids := crm_code.lock_contacts(p_organization_id, v_ids);
            IF crm_code.contacts_meant(p_organization_id, v_contacts, p_givers, p_gifts) <@ v_ids THEN
                RETURN;
            END IF;
            RAISE serialization_failure;
        EXCEPTION WHEN serialization_failure THEN
            CONTINUE;  -- what the block locked is free again
        END;
    END LOOP;
    RAISE serialization_failure USING MESSAGE = 'gifts went to other contacts in the same moment';
END
$$;
