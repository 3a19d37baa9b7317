-- needs: giving/events, giving/donor_merges/merge, platform/http/answers
--
-- giving_code.erase_donors: what is known of a person goes, what was given stays. Each feature that keeps personal data of donors has a
-- function giving_code.erased_NAME(organization, donors, whether to do it, when), which answers what goes and how many records of it; those
-- here are found by that name, in its order. They run with the rights of this one, which asks for the tenant.

CREATE TYPE giving_code.erased AS (what text, records bigint);

-- Answers that were kept for repeated requests and speak of the donors or their gifts: the key is used up, and says no more.
CREATE FUNCTION giving_code.erased_1_answers(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql AS $$
DECLARE
    v_records CONSTANT text[] := ARRAY(
        SELECT w.word || ':' || d.id FROM unnest(p_donor_ids) AS d (id),
            unnest('{donor,survivor,duplicate,mergeddonor,fromdonor,todonor,otherdonor}'::text[]) AS w (word)
        UNION ALL
        SELECT 'gift:' || g.id FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids));
BEGIN
    RETURN NEXT ('answers kept for repeated requests',
        platform_code.forget_answers(p_organization_id, 'raise', v_records, p_does))::giving_code.erased;
END
$$;

-- Old values and last images in the log: those that stand under the donors, and those of what is theirs by now.
CREATE FUNCTION giving_code.erased_2_events(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql AS $$
DECLARE
    v_gifts bigint[] := ARRAY(SELECT g.id FROM giving.gift g
        WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids));
    v_events bigint[] := ARRAY(
        SELECT e.id FROM giving.event e
        WHERE e.organization_id = p_organization_id AND e.data IS NOT NULL AND e.key_id = ANY (p_donor_ids)
        UNION
        SELECT e.id FROM giving.event e
        WHERE e.organization_id = p_organization_id AND e.data IS NOT NULL AND e.record_id = ANY (v_gifts) AND e.kind LIKE 'gift.%');
BEGIN
    IF p_does THEN
        UPDATE giving.event e SET data = NULL WHERE e.organization_id = p_organization_id AND e.id = ANY (v_events);
    END IF;
    RETURN NEXT ('old values in the log of events', cardinality(v_events))::giving_code.erased;
END
$$;

-- Whom gifts name beside their donors, where it was sent and what it was sent with: nothing of a tribute stays, of a premium all does.
CREATE FUNCTION giving_code.forget_details(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE giving.gift_detail x SET tribute_type = NULL, tribute_name = NULL, tribute_message = NULL, tribute_notify_name = NULL,
        tribute_notify_email = NULL, tribute_notify_address = NULL, billing_name = NULL, billing_address1 = NULL, billing_address2 = NULL,
        billing_city = NULL, billing_state = NULL, billing_postal = NULL, billing_country = NULL, shipping_name = NULL,
        shipping_address1 = NULL, shipping_address2 = NULL, shipping_city = NULL, shipping_state = NULL, shipping_postal = NULL,
        shipping_country = NULL, submission_url = NULL, browser_info = NULL, google_gclid = NULL
    WHERE x.organization_id = p_organization_id AND x.gift_id = ANY (p_gift_ids);
END
$$;

-- What people and processors said of why money went back; that it went, when and how much stays.
CREATE FUNCTION giving_code.forget_why_reversed(p_organization_id bigint, p_donor_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE giving.reversal r SET reason = NULL, detail = NULL FROM giving.gift g
    WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids)
        AND r.organization_id = p_organization_id AND r.gift_id = g.id AND num_nonnulls(r.reason, r.detail) > 0;
    UPDATE giving.processor_word w SET reason = NULL, detail = NULL FROM giving.gift g
    WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids)
        AND w.organization_id = p_organization_id AND w.gateway = g.gateway AND w.payment_id = g.transaction_id
        AND num_nonnulls(w.reason, w.detail) > 0;
END
$$;

-- Words of gifts, and what they were paid with. Each gets a new version and its event, without what it said before.
CREATE FUNCTION giving_code.erased_3_gifts(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql AS $$
DECLARE
    v_gifts bigint[] := ARRAY(SELECT g.id FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids)
        AND (num_nonnulls(g.notes, g.comment, g.payment_info, g.fingerprint) > 0 OR EXISTS (SELECT FROM giving.gift_detail x
            WHERE x.organization_id = p_organization_id AND x.gift_id = g.id)) ORDER BY g.id);
BEGIN
    IF p_does THEN
        PERFORM giving_code.forget_details(p_organization_id, v_gifts);
        PERFORM giving_code.forget_why_reversed(p_organization_id, p_donor_ids);
        UPDATE giving.payment_intent i SET fingerprint = NULL, detail = NULL
        WHERE i.organization_id = p_organization_id AND i.gift_id IN (SELECT g.id FROM giving.gift g
            WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids));
        INSERT INTO giving.event (organization_id, part, key_id, kind, record_id, happened_at, version)
        SELECT p_organization_id, platform.event_part(p_organization_id, g.donor_id), g.donor_id, 'gift.updated', g.id,
            p_now, g.version + 1
        FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (v_gifts) ORDER BY g.id;
        UPDATE giving.gift g SET notes = NULL, comment = NULL, payment_info = NULL, fingerprint = NULL, version = g.version + 1,
            modified_at = p_now
        WHERE g.organization_id = p_organization_id AND g.id = ANY (v_gifts);
        UPDATE giving.gift_move m SET reason = NULL WHERE m.organization_id = p_organization_id AND m.reason IS NOT NULL
            AND (m.from_donor_id = ANY (p_donor_ids) OR m.to_donor_id = ANY (p_donor_ids));
        UPDATE giving.donor_merge m SET reason = NULL WHERE m.organization_id = p_organization_id AND m.reason IS NOT NULL
            AND (m.survivor_id = ANY (p_donor_ids) OR m.duplicate_id = ANY (p_donor_ids));
    END IF;
    RETURN NEXT ('words and details of gifts, and what they were paid with', cardinality(v_gifts))::giving_code.erased;
END
$$;

-- What the organization noted of the donors in fields of its own, and what merges carried over of it.
CREATE FUNCTION giving_code.erased_7_custom_fields(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT ('values of custom fields', (SELECT count(*) FROM giving.donor d
        CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(d.custom_values) WHEN 'object' THEN d.custom_values ELSE '{}' END) v
        WHERE d.organization_id = p_organization_id AND d.id = ANY (p_donor_ids)))::giving_code.erased;
    IF p_does THEN
        UPDATE giving.donor_merge m SET filled_values = '{}' WHERE m.organization_id = p_organization_id AND m.filled_values <> '{}'
            AND (m.survivor_id = ANY (p_donor_ids) OR m.duplicate_id = ANY (p_donor_ids));
    END IF;
END
$$;

-- How the donors are reached.
CREATE FUNCTION giving_code.erased_8_contacts(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT ('addresses, e-mail addresses and phone numbers', (SELECT count(*) FROM giving_code.told_contact_method m
            WHERE m.organization_id = p_organization_id AND m.donor_id = ANY (p_donor_ids))
        + (SELECT count(*) FROM giving_code.told_address a
            WHERE a.organization_id = p_organization_id AND a.donor_id = ANY (p_donor_ids)))::giving_code.erased;
    IF p_does THEN
        DELETE FROM giving.donor_contact_method m WHERE m.organization_id = p_organization_id AND m.donor_id = ANY (p_donor_ids);
        DELETE FROM giving.donor_address a WHERE a.organization_id = p_organization_id AND a.donor_id = ANY (p_donor_ids);
    END IF;
END
$$;

-- Tell what of donors goes, and where p_does let it go. Who calls holds the mailboxes and the donors then: one, and all who were merged into
-- it. Their gifts are held before anything is looked for: what somebody writes of them at this moment is waited for, and goes too. A look
-- holds nothing.
CREATE FUNCTION giving_code.erase_donors(p_organization_id bigint, p_donor_ids bigint[], p_does boolean, p_by text, p_now timestamptz)
RETURNS SETOF giving_code.erased LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    v_name text;
    v_row record;
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    IF p_does THEN
        PERFORM FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.donor_id = ANY (p_donor_ids)
        ORDER BY g.id FOR NO KEY UPDATE;
    END IF;
    FOR v_name IN SELECT p.proname FROM pg_proc p
        WHERE p.pronamespace = 'giving_code'::regnamespace AND p.proname LIKE 'erased\_%' ORDER BY p.proname
    LOOP
        RETURN QUERY EXECUTE format('SELECT * FROM giving_code.%I($1, $2, $3, $4)', v_name) USING p_organization_id, p_donor_ids, p_does, p_now;
    END LOOP;
    RETURN NEXT ('donors', cardinality(p_donor_ids))::giving_code.erased;
    IF p_does THEN
        PERFORM giving_code.count_donors(p_organization_id, -(SELECT count(*)::int FROM giving.donor d
            WHERE d.organization_id = p_organization_id AND d.id = ANY (p_donor_ids) AND NOT d.is_archived));
        FOR v_row IN UPDATE giving.donor d SET email = NULL, email_key = NULL, source_system = NULL, source_key = NULL, title = NULL,
                first_name = NULL, middle_name = NULL, last_name = NULL, suffix = NULL, organization_name = NULL,
                is_organization = false, phone = NULL, address1 = NULL, address2 = NULL, city = NULL, state = NULL, postal = NULL,
                country = NULL, notes = NULL, custom_values = '{}', other_integrations = '{}', other_keys = '{}', crm_second_key = NULL, is_archived = true,
                erased_at = p_now, erased_by = p_by, version = d.version + 1, modified_at = p_now
            WHERE d.organization_id = p_organization_id AND d.id = ANY (p_donor_ids) RETURNING d.id, d.version
        LOOP
            PERFORM giving_code.append_event(p_organization_id, v_row.id, 'donor.updated', v_row.id, p_now, v_row.version);
        END LOOP;
    END IF;
END
$$;
