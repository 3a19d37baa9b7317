-- needs: crm/contacts/change, crm/gifts/change, crm/gifts/passthroughs, crm/projects/tree
--
-- crm_code.merge_contacts: a source says that two of its records are one.

CREATE TYPE crm_code.merge AS (ord int, key crm_code.source_key, "into" crm_code.source_key, version int);

-- The contact that a source's key means, after all merges; NULL when it is not known here.
CREATE FUNCTION crm_code.contact_of(p_organization_id bigint, p_key crm_code.source_key) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT crm_code.survivor(p_organization_id, k.contact_id) FROM crm.contact_reference k
        WHERE k.organization_id = p_organization_id AND k.source = p_key.source AND k.reference_id = p_key.id
            AND k.forgotten_version IS NULL);
END
$$;

-- What hangs on a contact and has no figures goes with it to another: the rows of a table, whose events are named by p_key.
CREATE FUNCTION crm_code.move_along(
    p_table text, p_organization_id bigint, p_contact_id bigint, p_into bigint, p_now timestamptz, p_key bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN EXECUTE format('UPDATE crm.%I t SET contact_id = $3, version = t.version + 1, modified_at = $4
        WHERE t.organization_id = $1 AND t.contact_id = $2 RETURNING t.id, t.version', p_table)
        USING p_organization_id, p_contact_id, p_into, p_now
    LOOP
        PERFORM crm_code.append_event(p_organization_id, p_key, p_table || '.updated', r.id, p_now, r.version,
            jsonb_build_object('contactId', p_contact_id));
    END LOOP;
END
$$;

-- The grants that a contact receives are the other's; who grants them stays.
CREATE FUNCTION crm_code.move_received_grants(p_organization_id bigint, p_contact_id bigint, p_into bigint, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN UPDATE crm.grant_award t SET receiving_organization_id = p_into, version = t.version + 1, modified_at = p_now
        WHERE t.organization_id = p_organization_id AND t.receiving_organization_id = p_contact_id RETURNING t.id, t.version, t.contact_id
    LOOP
        PERFORM crm_code.append_event(p_organization_id, r.contact_id, 'grant_award.updated', r.id, p_now, r.version,
            jsonb_build_object('receivingOrganizationId', p_contact_id));
    END LOOP;
END
$$;

-- Merge one contact into another, both locked: its gifts, its promises, its notes and what refers to it go along, what it gave counts there.
-- Its people and how they are reached stay as they were with it; who is found by them is found to be the other.
CREATE FUNCTION crm_code.merge_into(
    p_organization_id bigint, p_slot smallint, p_contact_id bigint, p_into bigint, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_gifts bigint[] := ARRAY(SELECT g.id FROM crm.gift g
        WHERE g.organization_id = p_organization_id AND g.contact_id = p_contact_id);
    v_version int;
BEGIN
    PERFORM crm_code.keep_words(p_organization_id, ARRAY[p_contact_id]);
    PERFORM crm_code.move_gifts(p_organization_id, p_slot, v_gifts, p_into, p_now);
    PERFORM crm_code.move_along(k.record, p_organization_id, p_contact_id, p_into, p_now, p_into)
    FROM unnest(ARRAY['contact_note', 'recurring_gift', 'project_role', 'pledge', 'gift_ask', 'planned_gift', 'grant_award']) AS k (record);
    PERFORM crm_code.move_along('project_note', p_organization_id, p_contact_id, p_into, p_now, 0);
    PERFORM crm_code.move_received_grants(p_organization_id, p_contact_id, p_into, p_now);
    PERFORM crm_code.move_passthroughs(p_organization_id, p_contact_id, p_into, p_now);
    UPDATE crm.contact_reference k SET contact_id = p_into, came_from_ids = k.came_from_ids || p_contact_id
    WHERE k.organization_id = p_organization_id AND k.contact_id = p_contact_id;
    UPDATE crm.contact c SET merged_into_id = p_into, version = c.version + 1, modified_at = p_now
    WHERE c.organization_id = p_organization_id AND c.id = p_contact_id
    RETURNING c.version INTO v_version;
    PERFORM crm_code.append_event(p_organization_id, p_contact_id, 'contact.merged', p_contact_id, p_now, v_version,
        jsonb_build_object('mergedIntoContactId', p_into));
END
$$;

-- Whether a giver is another one by now: no word of the source that is newer than the merge made it itself again.
CREATE FUNCTION crm_code.is_another(p_reference crm.contact_reference) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN p_reference.merged_contact_id IS NOT NULL AND p_reference.merged_version >= p_reference.version;

-- Whether a further giver of the same source, who is nobody else and not forgotten, is this contact: such as two who share it by its key.
CREATE FUNCTION crm_code.is_shared(p_organization_id bigint, p_contact_id bigint, p_key crm_code.source_key) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM crm.contact_reference k
        WHERE k.organization_id = p_organization_id AND k.contact_id = p_contact_id AND k.source = p_key.source
            AND k.reference_id <> p_key.id AND k.forgotten_version IS NULL AND k.erased_version IS NULL AND NOT crm_code.is_another(k));
END
$$;

-- A giver who was merged is itself again: what names it means the contact that it was, and where that went into another for it, that is
-- itself again, with all references that went along and are still there. Another giver of it who is merged stays where that one is.
CREATE FUNCTION crm_code.part_giver(p_organization_id bigint, p_key crm_code.source_key, p_contact_id bigint, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_top bigint := crm_code.survivor(p_organization_id, p_contact_id);
    v_into bigint;
    v_version int;
BEGIN
    PERFORM FROM crm.contact c WHERE c.organization_id = p_organization_id AND c.id = ANY (ARRAY[p_contact_id, v_top])
    ORDER BY c.id FOR NO KEY UPDATE;
    UPDATE crm.contact_reference k SET contact_id = p_contact_id, merged_contact_id = NULL,
        came_from_ids = k.came_from_ids[:coalesce(array_position(k.came_from_ids, p_contact_id) - 1, cardinality(k.came_from_ids))]
    WHERE k.organization_id = p_organization_id AND k.source = p_key.source AND k.reference_id = p_key.id;
    SELECT c.merged_into_id INTO v_into FROM crm.contact c WHERE c.organization_id = p_organization_id AND c.id = p_contact_id;
    IF v_into IS NOT NULL THEN
        UPDATE crm.contact_reference k SET contact_id = p_contact_id,
            came_from_ids = k.came_from_ids[:array_position(k.came_from_ids, p_contact_id) - 1]
        WHERE k.organization_id = p_organization_id AND k.contact_id = v_top AND p_contact_id = ANY (k.came_from_ids)
            AND NOT (crm_code.is_another(k) AND k.merged_contact_id = p_contact_id);
        UPDATE crm.contact c SET merged_into_id = NULL, version = c.version + 1, modified_at = p_now
        WHERE c.organization_id = p_organization_id AND c.id = p_contact_id RETURNING c.version INTO v_version;
        PERFORM crm_code.append_event(p_organization_id, p_contact_id, 'contact.unmerged', p_contact_id, p_now, v_version,
            jsonb_build_object('mergedIntoContactId', v_into));
    END IF;
END
$$;

-- One giver is another from now on; answers the contact that both are, or NULL when nothing moved. A word about the giver that is newer than the
-- merge may have made it another's again; and a merge that comes again may come after one about the other. Who was merged into
-- somebody else before is parted from them first. Where another giver of the source is the contact too, that stays, and the
-- giver alone goes: its gifts follow as their source sends them.
CREATE FUNCTION crm_code.merge_giver(p_organization_id bigint, p_slot smallint, p_merge crm_code.merge, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_was crm.contact_reference;
    v_ids bigint[];
BEGIN
    v_ids := crm_code.lock_contacts(p_organization_id, ARRAY[crm_code.contact_of(p_organization_id, p_merge.key),
        crm_code.contact_of(p_organization_id, p_merge."into"), (SELECT k.merged_contact_id FROM crm.contact_reference k
            WHERE k.organization_id = p_organization_id AND k.source = (p_merge.key).source AND k.reference_id = (p_merge.key).id)]);
    SELECT k.* INTO v_was FROM crm.contact_reference k WHERE k.organization_id = p_organization_id
        AND k.source = (p_merge.key).source AND k.reference_id = (p_merge.key).id;
    IF v_was.version > p_merge.version OR v_was.merged_version >= p_merge.version OR p_merge.key = p_merge."into" THEN
        RETURN NULL;
    END IF;
    IF v_ids[1] <> v_ids[2] AND crm_code.is_another(v_was) THEN
        PERFORM crm_code.part_giver(p_organization_id, p_merge.key, v_was.merged_contact_id, p_now);
        v_ids[1] := crm_code.survivor(p_organization_id, v_was.merged_contact_id);
        v_ids[2] := crm_code.survivor(p_organization_id, v_ids[2]);
        v_was.merged_contact_id := NULL;
    END IF;
    UPDATE crm.contact_reference k SET merged_version = p_merge.version,
        merged_contact_id = CASE WHEN crm_code.is_another(v_was) THEN v_was.merged_contact_id ELSE v_ids[1] END
    WHERE k.organization_id = p_organization_id AND k.source = (p_merge.key).source AND k.reference_id = (p_merge.key).id;
    IF v_ids[1] = v_ids[2] THEN
        RETURN NULL;
    END IF;
    IF crm_code.is_shared(p_organization_id, v_ids[1], p_merge.key) THEN
        PERFORM crm_code.keep_words(p_organization_id, v_ids[1:1]);
        UPDATE crm.contact_reference k SET contact_id = v_ids[2] WHERE k.organization_id = p_organization_id
            AND k.source = (p_merge.key).source AND k.reference_id = (p_merge.key).id;
    ELSE
        PERFORM crm_code.merge_into(p_organization_id, p_slot, v_ids[1], v_ids[2], p_now);
    END IF;
    RETURN v_ids[2];
END
$$;

-- Merge each; the survivor's id, what was done, and why not. Contacts that are one already are the same, and so is what a later
-- version of the giver has been said since.
CREATE FUNCTION crm_code.merge_contacts(p_organization_id bigint, p_merges jsonb, p_now timestamptz)
RETURNS TABLE (ord int, contact_id bigint, did text, problem text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_slot smallint;
    v_merged crm_code.merge;
    v_ids bigint[];
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.hold_merges(p_organization_id);
    v_slot := platform_code.own_slot(p_organization_id, 1);
    FOR v_merged IN SELECT * FROM jsonb_populate_recordset(NULL::crm_code.merge, p_merges) LOOP
        ord := coalesce(ord, 0) + 1;
        v_ids := ARRAY[crm_code.contact_of(p_organization_id, v_merged.key),
            crm_code.contact_of(p_organization_id, v_merged."into")];
        problem := CASE WHEN array_position(v_ids, NULL) IS NOT NULL THEN 'giver_unknown'
            WHEN v_ids[1] <> v_ids[2] AND EXISTS (SELECT FROM crm.contact c WHERE c.organization_id = p_organization_id
                AND c.id = v_ids[2] AND c.is_archived) THEN 'contact_archived' END;
        did := CASE WHEN problem IS NULL THEN 'same' ELSE 'refused' END;
        contact_id := NULL;
        IF problem IS NULL THEN
            contact_id := crm_code.merge_giver(p_organization_id, v_slot, v_merged, p_now);
            did := CASE WHEN contact_id IS NULL THEN 'same' ELSE 'changed' END;
            contact_id := coalesce(contact_id, crm_code.contact_of(p_organization_id, v_merged.key));
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Givers whom their source says to be nobody else, in a version after the one in which they were merged, each with the contact that it was.
CREATE FUNCTION crm_code.to_part(p_organization_id bigint, p_contacts jsonb)
RETURNS TABLE (key crm_code.source_key, contact_id bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT jsonb_path_exists(p_contacts, '$[*] ? (@.is_apart == true)') THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT (k.source, k.reference_id)::crm_code.source_key, k.merged_contact_id
    FROM jsonb_array_elements(p_contacts) AS x (sent)
    JOIN crm.contact_reference k ON k.organization_id = p_organization_id AND k.source = x.sent -> 'key' ->> 'source'
        AND k.reference_id = x.sent -> 'key' ->> 'id'
    WHERE (x.sent -> 'is_apart')::boolean AND k.merged_contact_id IS NOT NULL
        AND k.merged_version < (x.sent ->> 'version')::int AND k.forgotten_version IS NULL
    ORDER BY k.merged_contact_id;
END
$$;

-- Hold contacts as they are merged: alone only where some giver is to part, for everybody who writes waits then, and a giver who parted once says so for
-- ever. Whether there is one.
CREATE FUNCTION crm_code.merges_for(p_organization_id bigint, p_contacts jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM crm_code.to_part(p_organization_id, p_contacts)) THEN
        PERFORM crm_code.hold_merges(p_organization_id);
        RETURN true;
    END IF;
    PERFORM crm_code.keep_merges(p_organization_id);
    IF EXISTS (SELECT FROM crm_code.to_part(p_organization_id, p_contacts)) THEN
        RAISE serialization_failure USING MESSAGE = 'a giver was merged by another transaction at the same moment';
    END IF;
    RETURN false;
END
$$;

-- Part givers who are to be. What moved with the merge stays, but for what the source moves back.
CREATE FUNCTION crm_code.part_contacts(p_organization_id bigint, p_contacts jsonb, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF crm_code.merges_for(p_organization_id, p_contacts) THEN
        PERFORM crm_code.part_giver(p_organization_id, g.key, g.contact_id, p_now)
        FROM crm_code.to_part(p_organization_id, p_contacts) g;
    END IF;
END
$$;
