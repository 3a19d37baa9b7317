-- needs: crm/contacts/match, crm/contacts/change, crm/contacts/merge, crm/projects/tree
--
-- crm_code.put_contacts: make, find or change contacts as their source has them, a set at a time.

-- Write new contacts under ids that were drawn before: contact, individual, e-mail, phone, address, event.
CREATE FUNCTION crm_code.make_contacts(
    p_organization_id bigint, p_contacts crm_code.put_contact[], p_ords int[], p_ids bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_individuals bigint[];
BEGIN
    SELECT array_agg(nextval('crm.contact_individual_id_seq')) INTO v_individuals FROM unnest(p_ords);
    INSERT INTO crm.contact (organization_id, id, contact_type, name, informal_name, created_at, modified_at)
    SELECT p_organization_id, i.id, c.contact_type, c.name, c.name, p_now, p_now
    FROM unnest(p_ords, p_ids) AS i (contact_ord, id) JOIN unnest(p_contacts) c ON c.ord = i.contact_ord;

    INSERT INTO crm.contact_individual (organization_id, id, contact_id, prefix, first_name, middle_name, last_name, suffix,
        is_primary, created_at, modified_at)
    SELECT p_organization_id, i.individual_id, i.id, (c.person).prefix, (c.person).first_name, (c.person).middle_name,
        (c.person).last_name, (c.person).suffix, true, p_now, p_now
    FROM unnest(p_ords, p_ids, v_individuals) AS i (contact_ord, id, individual_id)
    JOIN unnest(p_contacts) c ON c.ord = i.contact_ord;

    INSERT INTO crm.contact_method (organization_id, contact_individual_id, type, value, value_key, created_at,
        modified_at)
    SELECT p_organization_id, i.individual_id, m.type, m.value, m.key, p_now, p_now
    FROM unnest(p_ords, v_individuals) AS i (contact_ord, individual_id)
    JOIN unnest(p_contacts) c ON c.ord = i.contact_ord
    CROSS JOIN LATERAL (VALUES ('Home Email', (c.reach).email, c.email_key),
        ('Home Phone', (c.reach).phone, lower((c.reach).phone))) AS m (type, value, key)
    WHERE m.value IS NOT NULL;

    INSERT INTO crm.contact_address (organization_id, contact_id, label, address1, address2, city, state, postal,
        country, created_at, modified_at)
    SELECT p_organization_id, i.id, 'Home', (c.reach).address1, (c.reach).address2, (c.reach).city, (c.reach).state,
        (c.reach).postal, (c.reach).country, p_now, p_now
    FROM unnest(p_ords, p_ids) AS i (contact_ord, id) JOIN unnest(p_contacts) c ON c.ord = i.contact_ord
    WHERE coalesce((c.reach).address1, (c.reach).city, (c.reach).postal) IS NOT NULL;

    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at)
    SELECT p_organization_id, platform.event_part(p_organization_id, i), i, 'contact.created', i, p_now
    FROM unnest(p_ids) AS i;
END
$$;

-- Remember who sources mean, and what they said of contacts that were here before. One that another
-- transaction remembered, or forgot, at the same moment is a clash. One that was forgotten before is remembered anew.
CREATE FUNCTION crm_code.refer_to_contacts(
    p_organization_id bigint, p_contacts crm_code.put_contact[], p_placed crm_code.placed_contact[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_written bigint;
BEGIN
    INSERT INTO crm.contact_reference AS k (organization_id, source, reference_id, contact_id, version, said)
    SELECT p_organization_id, (c.key).source, (c.key).id, p.contact_id, c.version,
        CASE WHEN p.did <> 'made' THEN crm_code.words_of(c.sent) END
    FROM unnest(p_placed) p JOIN unnest(p_contacts) c ON c.ord = p.ord
    WHERE p.is_new AND p.problem IS NULL
    ON CONFLICT (organization_id, source, reference_id) DO UPDATE SET contact_id = excluded.contact_id, version = excluded.version,
        said = excluded.said, merged_version = NULL, merged_contact_id = NULL, came_from_ids = '{}', forgotten_version = NULL
    WHERE k.forgotten_version < excluded.version;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written < (SELECT count(*) FROM unnest(p_placed) p WHERE p.is_new AND p.problem IS NULL) THEN
        RAISE serialization_failure USING MESSAGE = 'a contact was put by another transaction at the same moment';
    END IF;
END
$$;

-- What was sent, in order.
CREATE FUNCTION crm_code.read_contacts(p_contacts jsonb, p_email_keys text[]) RETURNS crm_code.put_contact[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((x.ord, c.key, c.version, c.seeded, c.contact_type, c.name, c.person, c.reach, p_email_keys[x.ord],
        x.sent)::crm_code.put_contact ORDER BY x.ord)
    FROM jsonb_array_elements(p_contacts) WITH ORDINALITY AS x (sent, ord)
    CROSS JOIN LATERAL jsonb_populate_record(NULL::crm_code.put_contact, x.sent) c
$$;

-- Who would be made twice in one call, by the same address under the same name, is one: the later ones are the first. In the order
-- sent, the place of each that is made, and that of the one who is made for it.
CREATE FUNCTION crm_code.made_once(p_contacts crm_code.put_contact[], p_placed crm_code.placed_contact[])
RETURNS TABLE (ord int, first_ord int) LANGUAGE sql IMMUTABLE AS $$
    SELECT p.ord, CASE WHEN c.email_key IS NULL THEN p.ord ELSE min(p.ord) OVER (PARTITION BY c.email_key,
        lower(coalesce((c.person).last_name, c.name)), lower(coalesce((c.person).first_name, ''))) END
    FROM unnest(p_placed) p JOIN unnest(p_contacts) c ON c.ord = p.ord WHERE p.did = 'made' ORDER BY p.ord
$$;

-- Put each contact. One row for each, by its place: the contact, what was done, why not, and which contact that is about.
CREATE FUNCTION crm_code.put_contacts(p_organization_id bigint, p_contacts jsonb, p_email_keys text[], p_now timestamptz)
RETURNS TABLE (ord int, contact_id bigint, did text, problem text, detail text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_contacts crm_code.put_contact[] := crm_code.read_contacts(p_contacts, p_email_keys);
    v_placed crm_code.placed_contact[];
    v_made int[] := '{}';
    v_ids bigint[] := '{}';
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.part_contacts(p_organization_id, p_contacts, p_now);
    v_placed := ARRAY(SELECT m FROM crm_code.match_contacts(p_organization_id, v_contacts) m ORDER BY m.ord);
    FOR r IN SELECT m.ord, m.first_ord FROM crm_code.made_once(v_contacts, v_placed) m LOOP
        IF r.first_ord = r.ord THEN
            v_made := v_made || r.ord;
            v_ids := v_ids || nextval('crm.contact_id_seq');
            v_placed[r.ord].contact_id := v_ids[cardinality(v_ids)];
        ELSE
            v_placed[r.ord].did := 'same';
            v_placed[r.ord].contact_id := v_placed[r.first_ord].contact_id;
        END IF;
    END LOOP;
    IF v_made <> '{}' THEN
        PERFORM crm_code.make_contacts(p_organization_id, v_contacts, v_made, v_ids, p_now);
    END IF;
    PERFORM crm_code.refer_to_contacts(p_organization_id, v_contacts, v_placed);
    IF EXISTS (SELECT FROM unnest(v_placed) p WHERE p.did = 'changed') THEN
        v_placed := crm_code.change_contacts(p_organization_id, v_contacts, v_placed, p_now);
    END IF;
    RETURN QUERY SELECT p.ord, CASE WHEN p.problem IS NULL THEN p.contact_id END, p.did, p.problem,
        CASE WHEN p.problem IN ('contact_not_found', 'contact_archived')
            THEN coalesce(v_contacts[p.ord].seeded, p.contact_id::text) END
    FROM unnest(v_placed) p;
END
$$;
