-- needs: giving/custom_fields/told, giving/donor_contacts/told, giving/give/checks
--
-- The donors of a batch of gifts: made, found, filled in.

-- Those of the gifts' mailboxes that donors have beside their first, or as rows of their own.
CREATE FUNCTION giving_code.other_mailboxes(p_organization_id bigint, p_gifts giving_code.new_gift[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT m.email_key FROM giving.donor_contact_method m WHERE m.organization_id = p_organization_id
        AND m.email_key = ANY (ARRAY(SELECT g.email_key FROM unnest(p_gifts) g)));
END
$$;

-- The donors of gifts, whose ids without these mailboxes are p_ids: whose mailbox is among them is that donor's, or the one it is now.
CREATE FUNCTION giving_code.with_others(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_others text[], p_ids bigint[]
) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(coalesce(o.id, p_ids[g.n]) ORDER BY g.n)
        FROM (SELECT x.email_key, row_number() OVER (ORDER BY x.ord) AS n FROM unnest(p_gifts) x) g
        LEFT JOIN LATERAL (SELECT coalesce(d.survivor_id, d.id) AS id FROM giving.donor_contact_method m JOIN giving.donor d
            ON d.organization_id = p_organization_id AND d.id = m.donor_id WHERE g.email_key = ANY (p_others)
            AND m.organization_id = p_organization_id AND m.email_key = g.email_key LIMIT 1) o ON true);
END
$$;

-- Make the donors that are not known yet, p_others aside, in one order for everybody; answers their ids.
CREATE FUNCTION giving_code.make_donors(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_others text[], p_now timestamptz
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
BEGIN
    WITH made AS (
        INSERT INTO giving.donor (organization_id, email, email_key, source_system, source_key, title, first_name,
            middle_name, last_name, suffix, is_organization, organization_name, phone, address1, address2, city, state,
            postal, country, crm_key, custom_values, is_test_mode, gift_count, created_at, modified_at)
        SELECT DISTINCT ON (i.system, i.key)
            p_organization_id, g.email, g.email_key, g.donor_source_system, g.donor_source_key, g.title, g.first_name,
            g.middle_name, g.last_name, g.suffix, g.is_organization, g.organization_name, g.phone, g.address1,
            g.address2, g.city, g.state, g.postal, g.country, g.crm_key, coalesce(g.custom_values, '{}'), g.is_test_mode, 1,
            p_now, p_now
        FROM unnest(p_gifts) g
        CROSS JOIN LATERAL (
            SELECT CASE WHEN g.email_key IS NULL THEN g.donor_source_system ELSE '' END AS system,
                coalesce(g.email_key, g.donor_source_key) AS key) i
        LEFT JOIN LATERAL (SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.email_key = g.email_key LIMIT 1) e ON true
        LEFT JOIN LATERAL (SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.source_system = g.donor_source_system AND d.source_key = g.donor_source_key LIMIT 1) s ON true
        WHERE e.id IS NULL AND s.id IS NULL AND (g.email_key = ANY (p_others)) IS NOT TRUE
        ORDER BY i.system, i.key, g.ord
        ON CONFLICT DO NOTHING
        RETURNING id
    ) SELECT coalesce(array_agg(id), '{}') INTO v_ids FROM made;
    RETURN v_ids;
END
$$;

-- The donor of each gift, in the order of the gifts: by its first e-mail address, else by source key; one that was merged as the one it is now.
CREATE FUNCTION giving_code.find_donors(p_organization_id bigint, p_gifts giving_code.new_gift[])
RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(coalesce(e.id, s.id) ORDER BY g.ord)
        FROM unnest(p_gifts) g
        LEFT JOIN LATERAL (SELECT coalesce(d.survivor_id, d.id) AS id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.email_key = g.email_key LIMIT 1) e ON true
        LEFT JOIN LATERAL (SELECT coalesce(d.survivor_id, d.id) AS id FROM giving.donor d WHERE d.organization_id = p_organization_id
            AND d.source_system = g.donor_source_system AND d.source_key = g.donor_source_key LIMIT 1) s ON true);
END
$$;

-- Make and find the donors of gifts and lock them until the commit. Answers the donors of the gifts and those that were made.
-- One more round is for a new donor that stood for two gifts and was kept out by another transaction's, which is one's alone. Unless
-- p_waits, donors that another transaction holds are `busy`, and not locked.
CREATE FUNCTION giving_code.take_donors(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_now timestamptz, p_waits boolean, OUT made bigint[],
    OUT ids bigint[], OUT busy bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    v_others text[] := '{}';
BEGIN
    made := '{}';
    -- Who has which mailbox stays so until the commit (giving/donor_contacts/told); written out, for a call costs more than all of it.
    PERFORM pg_advisory_xact_lock_shared(hashint8(p_organization_id) # 1129467216 # 3, 17);
    IF EXISTS (SELECT FROM giving.donor_contact_method m WHERE m.organization_id = p_organization_id AND m.email_key IS NOT NULL) THEN
        v_others := giving_code.other_mailboxes(p_organization_id, p_gifts);
    END IF;
    FOR n IN 1..3 LOOP
        made := made || giving_code.make_donors(p_organization_id, p_gifts, v_others, p_now);
        ids := giving_code.find_donors(p_organization_id, p_gifts);
        IF v_others <> '{}' THEN
            ids := giving_code.with_others(p_organization_id, p_gifts, v_others, ids);
        END IF;
        EXIT WHEN array_position(ids, NULL) IS NULL;
    END LOOP;
    IF p_waits THEN
        PERFORM FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = ANY (ids)
        ORDER BY d.id FOR NO KEY UPDATE;
        RETURN;
    END IF;
    busy := ARRAY(SELECT d.id FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = ANY (ids)
        ORDER BY d.id FOR NO KEY UPDATE SKIP LOCKED);
    busy := CASE WHEN busy @> ids THEN '{}' ELSE ARRAY(SELECT i FROM unnest(ids) i WHERE i <> ALL (busy)) END;
END
$$;

-- Whether no donor has a mailbox: one that was merged keeps its own.
CREATE FUNCTION giving_code.is_nobodys(p_organization_id bigint, p_email_key text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.email_key = p_email_key)
        AND NOT EXISTS (SELECT FROM giving.donor_contact_method m WHERE m.organization_id = p_organization_id
            AND m.email_key = p_email_key);
END
$$;

-- Fill what a known donor lacks from what its gifts bring, the first first; never overwrite. One without any name may turn out an organization. Answers the donors that changed: in a new version,
-- but for those that this call made.
CREATE FUNCTION giving_code.complete_donors(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_ords int[], p_donor_ids bigint[], p_made bigint[],
    p_now timestamptz
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
    v_ords int[];
    v_seen int[] := '{}';
    v_changed bigint[] := '{}';
BEGIN
    LOOP
        SELECT array_agg(x.id), array_agg(x.ord) INTO v_ids, v_ords FROM (
            SELECT DISTINCT ON (d.id) d.id, g.ord
            FROM unnest(p_ords, p_donor_ids) AS i (gift_ord, donor_id)
            JOIN unnest(p_gifts) g ON g.ord = i.gift_ord
            CROSS JOIN LATERAL (SELECT * FROM giving.donor k WHERE k.organization_id = p_organization_id
                AND k.id = i.donor_id LIMIT 1) d
            WHERE g.ord <> ALL (v_seen) AND ((d.email IS NULL AND g.email IS NOT NULL AND giving_code.is_nobodys(p_organization_id, g.email_key)) OR (d.first_name IS NULL AND g.first_name IS NOT NULL)
                OR (d.last_name IS NULL AND g.last_name IS NOT NULL) OR (d.phone IS NULL AND g.phone IS NOT NULL)
                OR (d.crm_key IS NULL AND g.crm_key IS NOT NULL) OR (d.address1 IS NULL AND g.address1 IS NOT NULL)
                OR (coalesce(d.organization_name, d.first_name, d.last_name) IS NULL AND g.organization_name IS NOT NULL)
                OR (g.custom_values IS NOT NULL AND giving_code.lacking_values(d.custom_values, g.custom_values) <> '{}'))
            ORDER BY d.id, g.ord) x;
        EXIT WHEN v_ids IS NULL;
        UPDATE giving.donor d SET
            email = coalesce(d.email, CASE WHEN giving_code.is_nobodys(p_organization_id, g.email_key) THEN g.email END),
            email_key = coalesce(d.email_key, CASE WHEN giving_code.is_nobodys(p_organization_id, g.email_key) THEN g.email_key END),
            first_name = coalesce(d.first_name, g.first_name), last_name = coalesce(d.last_name, g.last_name),
            is_organization = CASE WHEN coalesce(d.organization_name, d.first_name, d.last_name) IS NULL
                THEN g.is_organization ELSE d.is_organization END,
            organization_name = CASE WHEN coalesce(d.organization_name, d.first_name, d.last_name) IS NULL
                THEN g.organization_name ELSE d.organization_name END,
            phone = coalesce(d.phone, g.phone), crm_key = coalesce(d.crm_key, g.crm_key),
            address1 = coalesce(d.address1, g.address1),
            address2 = CASE WHEN d.address1 IS NULL THEN g.address2 ELSE d.address2 END,
            city = CASE WHEN d.address1 IS NULL THEN g.city ELSE d.city END,
            state = CASE WHEN d.address1 IS NULL THEN g.state ELSE d.state END,
            postal = CASE WHEN d.address1 IS NULL THEN g.postal ELSE d.postal END,
            country = CASE WHEN d.address1 IS NULL THEN g.country ELSE d.country END,
            custom_values = CASE WHEN g.custom_values IS NULL OR jsonb_typeof(d.custom_values) <> 'object' THEN d.custom_values
                ELSE d.custom_values || giving_code.lacking_values(d.custom_values, g.custom_values) END,
            modified_at = p_now, version = d.version + (d.id <> ALL (p_made || v_changed))::int
        FROM unnest(v_ids, v_ords) AS i (donor_id, gift_ord)
        JOIN unnest(p_gifts) g ON g.ord = i.gift_ord
        WHERE d.organization_id = p_organization_id AND d.id = ANY (v_ids) AND d.id = i.donor_id;
        v_seen := v_seen || v_ords;
        v_changed := v_changed || ARRAY(SELECT x.id FROM unnest(v_ids) AS x (id) WHERE x.id <> ALL (v_changed));
        -- A further gift of one of these may bring what this one did not.
        EXIT WHEN NOT EXISTS (SELECT FROM unnest(p_ords, p_donor_ids) AS i (gift_ord, donor_id)
            WHERE i.donor_id = ANY (v_ids) AND i.gift_ord <> ALL (v_seen));
    END LOOP;
    RETURN v_changed;
END
$$;
