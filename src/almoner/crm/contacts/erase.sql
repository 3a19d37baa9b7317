-- needs: crm/contacts/merge, platform/http/answers
--
-- crm_code.erase_contacts: givers whom their source says to forget.

-- A contact and all that were merged into it.
CREATE FUNCTION crm_code.one_with(p_organization_id bigint, p_contact_id bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE m (id) AS (
            SELECT p_contact_id
            UNION
            SELECT c.id FROM m JOIN crm.contact c ON c.organization_id = p_organization_id AND c.merged_into_id = m.id
        ) SELECT m.id FROM m ORDER BY m.id);
END
$$;

-- Whether somebody else speaks of these contacts: a reference of which its source did not say to forget it, or what was not given there.
CREATE FUNCTION crm_code.is_spoken_of(p_organization_id bigint, p_contact_ids bigint[], p_source text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM crm.contact_reference k WHERE k.organization_id = p_organization_id
            AND k.contact_id = ANY (p_contact_ids) AND k.forgotten_version IS NULL AND k.erased_version IS NULL)
        OR EXISTS (SELECT FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_contact_ids)
            AND g.reverses_id IS NULL AND g.transaction_source IS DISTINCT FROM p_source);
END
$$;

-- Answers that were kept for repeated requests and speak of the contacts, their gifts, or tributes to their people: the key is used up, and says no more.
CREATE FUNCTION crm_code.forget_answers(p_organization_id bigint, p_contact_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM platform_code.forget_answers(p_organization_id, 'crm', ARRAY(
        SELECT w.word || ':' || c.id FROM unnest(p_contact_ids) AS c (id),
            unnest('{contact,mergedintocontact,grantingorganization,receivingorganization}'::text[]) AS w (word)
        UNION ALL
        SELECT 'gift:' || g.id FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_contact_ids)
        UNION ALL
        SELECT w.said FROM crm.contact_individual i LEFT JOIN crm.tribute t
            ON t.organization_id = p_organization_id AND t.contact_individual_id = i.id
        CROSS JOIN LATERAL (VALUES ('contactindividual:' || i.id), ('tribute:' || t.id)) AS w (said)
        WHERE i.organization_id = p_organization_id AND i.contact_id = ANY (p_contact_ids) AND w.said IS NOT NULL), true);
END
$$;

-- What staff and partners wrote about the contacts, in their own words: with each gift, promise and note. Sums, days, states and what the books go by
-- stay. Each that says less since has a new version and its event. Promises in the order in which whoever pays them holds them (crm.hold_promises).
CREATE FUNCTION crm_code.forget_words(p_organization_id bigint, p_contact_ids bigint[], p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    k record;
    r record;
BEGIN
    FOR k IN SELECT * FROM (VALUES
        ('contact_note', 'note = ''Erased''', 't.note <> ''Erased'''),
        ('project_note', 'note = ''Erased''', 't.note <> ''Erased'''),
        ('gift', 'notes = NULL, source_words = t.source_words - ''notes'', custom_values = ''{}'', details = t.details
            - ''{acknowledgement_notes,description,check_number,transaction_hash,ira_custodian}''::text[]',
            't.notes IS NOT NULL OR t.source_words ? ''notes'' OR t.custom_values <> ''{}''
            OR t.details ?| ''{acknowledgement_notes,description,check_number,transaction_hash,ira_custodian}'''),
        ('recurring_gift', 'cancel_reason = NULL, custom_values = ''{}''', 't.cancel_reason IS NOT NULL OR t.custom_values <> ''{}'''),
        ('gift_ask', 'notes = NULL, custom_values = ''{}''', 't.notes IS NOT NULL OR t.custom_values <> ''{}'''),
        ('pledge', 'write_off_reason = NULL, custom_values = ''{}''', 't.write_off_reason IS NOT NULL OR t.custom_values <> ''{}'''),
        ('planned_gift', 'custom_values = ''{}''', 't.custom_values <> ''{}'''),
        ('grant_award', 'title = ''Erased'', description = NULL, reference_id = NULL, point_of_contact_name = NULL,
            point_of_contact_email = NULL, point_of_contact_phone = NULL, website = NULL, award_terms = NULL, custom_values = ''{}''',
            't.title <> ''Erased''')) AS v (record, forgets, says)
    LOOP
        FOR r IN EXECUTE format('UPDATE crm.%I t SET %s, version = t.version + 1, modified_at = $3
            WHERE t.organization_id = $1 AND t.contact_id = ANY ($2) AND (%s) RETURNING t.id, t.version, t.contact_id',
            k.record, k.forgets, k.says) USING p_organization_id, p_contact_ids, p_now
        LOOP
            PERFORM crm_code.append_event(p_organization_id, CASE WHEN k.record = 'project_note' THEN 0 ELSE r.contact_id END,
                k.record || '.updated', r.id, p_now, r.version);
        END LOOP;
    END LOOP;
    FOR r IN UPDATE crm.tribute t SET first_name = NULL, last_name = 'Erased', address1 = NULL, address2 = NULL, city = NULL, state = NULL,
            postal_code = NULL, version = t.version + 1, modified_at = p_now
        FROM crm.contact_individual i
        WHERE i.organization_id = p_organization_id AND i.contact_id = ANY (p_contact_ids)
            AND t.organization_id = p_organization_id AND t.contact_individual_id = i.id RETURNING t.id, t.version
    LOOP
        PERFORM crm_code.append_event(p_organization_id, 0, 'tribute.updated', r.id, p_now, r.version);
    END LOOP;
END
$$;

-- Old values and last images in the log: those that stand under the contacts, and those of what is theirs by now.
CREATE FUNCTION crm_code.forget_old_values(p_organization_id bigint, p_contact_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_gifts bigint[] := ARRAY(SELECT g.id FROM crm.gift g
        WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_contact_ids));
    v_notes bigint[] := ARRAY(SELECT n.id FROM crm.project_note n
        WHERE n.organization_id = p_organization_id AND n.contact_id = ANY (p_contact_ids));
    v_tributes bigint[] := ARRAY(SELECT t.id FROM crm.contact_individual i
        JOIN crm.tribute t ON t.organization_id = p_organization_id AND t.contact_individual_id = i.id
        WHERE i.organization_id = p_organization_id AND i.contact_id = ANY (p_contact_ids));
    v_events bigint[] := ARRAY(
        SELECT e.id FROM crm.event e
        WHERE e.organization_id = p_organization_id AND e.data IS NOT NULL AND e.key_id = ANY (p_contact_ids)
        UNION
        SELECT e.id FROM crm.event e
        WHERE e.organization_id = p_organization_id AND e.data IS NOT NULL AND e.record_id = ANY (v_gifts || v_notes || v_tributes)
            AND (e.kind LIKE 'gift.%' AND e.record_id = ANY (v_gifts) OR e.kind LIKE 'project\_note.%' AND e.record_id = ANY (v_notes)
                OR e.kind LIKE 'tribute.%' AND e.record_id = ANY (v_tributes)));
BEGIN
    UPDATE crm.event e SET data = NULL WHERE e.organization_id = p_organization_id AND e.id = ANY (v_events);
END
$$;

-- What is known of the person goes; numbers, gifts and what hangs on them stay. With the owner's rights: the application deletes none of it.
CREATE FUNCTION crm_code.erase_contact(p_organization_id bigint, p_contact_ids bigint[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_row record;
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    PERFORM crm_code.forget_answers(p_organization_id, p_contact_ids);
    DELETE FROM crm.contact_method m USING crm.contact_individual i WHERE m.organization_id = p_organization_id
        AND i.organization_id = p_organization_id AND i.contact_id = ANY (p_contact_ids) AND m.contact_individual_id = i.id;
    DELETE FROM crm.contact_address a WHERE a.organization_id = p_organization_id AND a.contact_id = ANY (p_contact_ids);
    UPDATE crm.contact_individual i SET prefix = NULL, first_name = NULL, middle_name = NULL, last_name = NULL, suffix = NULL,
        modified_at = p_now WHERE i.organization_id = p_organization_id AND i.contact_id = ANY (p_contact_ids);
    PERFORM crm_code.forget_words(p_organization_id, p_contact_ids, p_now);
    UPDATE crm.gift_tribute t SET description = NULL FROM crm.gift g
    WHERE g.organization_id = p_organization_id AND g.contact_id = ANY (p_contact_ids)
        AND t.organization_id = p_organization_id AND t.gift_id = g.id AND t.description IS NOT NULL;
    PERFORM crm_code.forget_old_values(p_organization_id, p_contact_ids);
    FOR v_row IN UPDATE crm.contact c SET name = 'Erased contact', informal_name = NULL, description = NULL, website = NULL,
            version = c.version + 1, modified_at = p_now
        WHERE c.organization_id = p_organization_id AND c.id = ANY (p_contact_ids) RETURNING c.id, c.version
    LOOP
        PERFORM crm_code.append_event(p_organization_id, v_row.id, 'contact.updated', v_row.id, p_now, v_row.version);
    END LOOP;
END
$$;

-- Forget each; its contact's id, what was done, and why not. Of one that others speak of too, what its source said is forgotten alone.
CREATE FUNCTION crm_code.erase_contacts(p_organization_id bigint, p_erasures jsonb, p_now timestamptz)
RETURNS TABLE (ord int, contact_id bigint, did text, problem text) LANGUAGE plpgsql SET enable_seqscan = off
SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    v_asked crm_code.merge;
    v_ids bigint[];
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.hold_merges(p_organization_id);
    FOR v_asked IN SELECT * FROM jsonb_populate_recordset(NULL::crm_code.merge, p_erasures) LOOP
        ord := coalesce(ord, 0) + 1;
        contact_id := crm_code.contact_of(p_organization_id, v_asked.key);
        problem := CASE WHEN contact_id IS NULL THEN 'giver_unknown' END;
        did := CASE WHEN problem IS NULL THEN 'same' ELSE 'refused' END;
        IF problem IS NULL THEN
            v_ids := crm_code.lock_contacts(p_organization_id, ARRAY[contact_id]);
            v_ids := crm_code.one_with(p_organization_id, v_ids[1]);
            UPDATE crm.contact_reference k SET said = '{}', version = greatest(k.version, v_asked.version), erased_version = v_asked.version
            WHERE k.organization_id = p_organization_id AND k.source = (v_asked.key).source AND k.reference_id = (v_asked.key).id
                AND k.erased_version IS NULL;
            IF FOUND AND NOT crm_code.is_spoken_of(p_organization_id, v_ids, (v_asked.key).source) THEN
                PERFORM crm_code.erase_contact(p_organization_id, v_ids, p_now);
                did := 'changed';
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
