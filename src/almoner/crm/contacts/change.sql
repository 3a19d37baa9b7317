-- needs: crm/events, crm/contacts/match
--
-- What a source says in a later version of a contact that it means. It changes what it says otherwise than the last time; what
-- was edited here in between, and what it never spoke of, stays. Where its last words are not known, or were of another contact, only
-- what is empty is filled in. And on a contact that bears neither its name nor its address it names nobody.

CREATE TYPE crm_code.contact_change AS (
    ord int, contact_id bigint, individual_id bigint, remembers boolean, names boolean, was crm_code.put_contact,
    new crm_code.put_contact, person jsonb
);

-- What a source says of a contact, apart from who it is.
CREATE FUNCTION crm_code.words_of(p_sent jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(p_sent - '{type,key,version,seeded,is_apart}'::text[])
$$;

-- Whoever changes contacts does this first, holding them: what was said of one that is as it was made is what it says.
CREATE FUNCTION crm_code.keep_words(p_organization_id bigint, p_contact_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.contact_reference k SET said = jsonb_strip_nulls(jsonb_build_object('contact_type', c.contact_type, 'name', c.name,
        'person', to_jsonb(i) - '{organization_id,id,contact_id,is_primary,created_at,modified_at}'::text[],
        'reach', jsonb_build_object(
            'email', (SELECT m.value FROM crm.contact_method m WHERE m.organization_id = p_organization_id
                AND m.contact_individual_id = i.id AND m.type = 'Home Email' ORDER BY m.id LIMIT 1),
            'phone', (SELECT m.value FROM crm.contact_method m WHERE m.organization_id = p_organization_id
                AND m.contact_individual_id = i.id AND m.type = 'Home Phone' ORDER BY m.id LIMIT 1))
            || coalesce((SELECT jsonb_build_object('address1', a.address1, 'address2', a.address2, 'city', a.city,
                    'state', a.state, 'postal', a.postal, 'country', a.country)
                FROM crm.contact_address a WHERE a.organization_id = p_organization_id AND a.contact_id = c.id
                ORDER BY a.id LIMIT 1), '{}')))
    FROM crm.contact c, crm.contact_individual i
    WHERE k.organization_id = p_organization_id AND k.contact_id = ANY (p_contact_ids) AND k.said IS NULL
        AND c.organization_id = p_organization_id AND c.id = k.contact_id
        AND i.organization_id = p_organization_id AND i.id = (SELECT x.id FROM crm.contact_individual x
            WHERE x.organization_id = p_organization_id AND x.contact_id = c.id ORDER BY x.id LIMIT 1);
END
$$;

-- The value that a field takes: the new word where it is another than the last one, else what stands here. p_remembers: whether
-- the last one is known; NULL when this is not theirs to say.
CREATE FUNCTION crm_code.followed(p_here text, p_was text, p_new text, p_remembers boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN NOT p_remembers THEN coalesce(p_here, p_new)
        WHEN p_remembers AND p_new IS DISTINCT FROM p_was THEN p_new ELSE p_here END
$$;

-- The fields of a person that the source says otherwise than before, or that are empty here. p_remembers as for `followed`.
CREATE FUNCTION crm_code.person_changes(p_here jsonb, p_was jsonb, p_new jsonb, p_remembers boolean) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(k.name, p_new -> k.name), '{}')
    FROM (SELECT DISTINCT jsonb_object_keys(coalesce(p_was, '{}') || coalesce(p_new, '{}')) AS name) k
    WHERE CASE WHEN p_remembers THEN p_new -> k.name IS DISTINCT FROM p_was -> k.name
        WHEN NOT p_remembers THEN p_here ->> k.name IS NULL ELSE false END
$$;

-- The n-th change of each contact, told apart from what was said before. The person is the one of that name, else the first.
CREATE FUNCTION crm_code.contact_changes(
    p_organization_id bigint, p_contacts crm_code.put_contact[], p_placed crm_code.placed_contact[], p_n int
) RETURNS crm_code.contact_change[] LANGUAGE plpgsql AS $$
BEGIN
    RETURN ARRAY(
        SELECT (p.ord, p.contact_id, i.id, m.remembers, s.names, w, c, crm_code.person_changes(to_jsonb(i),
            k.said -> 'person', crm_code.words_of(c.sent) -> 'person', s.names))::crm_code.contact_change
        FROM (SELECT x.*, row_number() OVER (PARTITION BY x.contact_id ORDER BY x.ord) AS n
              FROM unnest(p_placed) x WHERE x.did = 'changed') p
        JOIN unnest(p_contacts) c ON c.ord = p.ord
        JOIN crm.contact_reference k ON k.organization_id = p_organization_id AND k.source = (c.key).source
            AND k.reference_id = (c.key).id AND k.version < c.version AND k.forgotten_version IS NULL
        CROSS JOIN LATERAL (SELECT k.said <> '{}'
            AND crm_code.survivor(p_organization_id, k.contact_id) = p.contact_id AS remembers) m
        CROSS JOIN LATERAL jsonb_populate_record(NULL::crm_code.put_contact, k.said) w
        LEFT JOIN LATERAL (SELECT x.* FROM crm.contact_individual x
            WHERE x.organization_id = p_organization_id AND x.contact_id = p.contact_id
            ORDER BY (x.first_name, x.last_name) IS NOT DISTINCT FROM ((w.person).first_name, (w.person).last_name) DESC,
                x.is_primary DESC, x.id LIMIT 1) i ON true
        -- A donor may be linked to a contact by key: it is theirs to name when a name or the address is theirs.
        CROSS JOIN LATERAL (SELECT CASE WHEN i.last_name = coalesce((w.person).last_name, (c.person).last_name)
            OR EXISTS (SELECT FROM crm.contact h WHERE h.organization_id = p_organization_id AND h.id = p.contact_id
                AND h.name = coalesce(w.name, c.name))
            OR EXISTS (SELECT FROM crm.contact_method o
                WHERE o.organization_id = p_organization_id AND o.contact_individual_id = i.id
                    AND o.value = coalesce((w.reach).email, (c.reach).email)) THEN m.remembers END AS names) s
        WHERE p.n = p_n ORDER BY p.contact_id);
END
$$;

-- Type and name. An informal name that was the name goes with it.
CREATE FUNCTION crm_code.change_names(p_organization_id bigint, p_changes crm_code.contact_change[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    v_touched bigint[] := '{}';
    r record;
BEGIN
    FOR r IN
        UPDATE crm.contact c SET
            contact_type = crm_code.followed(c.contact_type, (x.was).contact_type, (x.new).contact_type, x.names),
            name = coalesce(crm_code.followed(c.name, (x.was).name, (x.new).name, x.names), c.name),
            informal_name = CASE WHEN c.informal_name = c.name
                THEN coalesce(crm_code.followed(c.name, (x.was).name, (x.new).name, x.names), c.name)
                ELSE c.informal_name END
        FROM unnest(p_changes) x
        WHERE c.organization_id = p_organization_id AND c.id = x.contact_id AND (
            crm_code.followed(c.contact_type, (x.was).contact_type, (x.new).contact_type, x.names) <> c.contact_type
            OR crm_code.followed(c.name, (x.was).name, (x.new).name, x.names) <> c.name)
        RETURNING c.id
    LOOP
        v_touched := v_touched || r.id;
    END LOOP;
    RETURN v_touched;
END
$$;

-- The person: whatever columns a person has by now, so that one more needs no word here.
CREATE FUNCTION crm_code.change_people(
    p_organization_id bigint, p_changes crm_code.contact_change[], p_now timestamptz
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_columns text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = 'crm.contact_individual'::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attname NOT IN ('organization_id', 'id', 'contact_id', 'is_primary', 'created_at', 'modified_at'));
    v_touched bigint[] := '{}';
    r record;
BEGIN
    FOR r IN EXECUTE format($sql$
        UPDATE crm.contact_individual i SET (%1$s, modified_at) = (
            SELECT %1$s, $3 FROM jsonb_populate_record(i, x.person))
        FROM unnest($2) x
        WHERE i.organization_id = $1 AND i.id = x.individual_id AND jsonb_populate_record(i, x.person) IS DISTINCT FROM i
        RETURNING i.contact_id AS id $sql$, v_columns) USING p_organization_id, p_changes, p_now
    LOOP
        v_touched := v_touched || r.id;
    END LOOP;
    RETURN v_touched;
END
$$;

-- E-mail and phone: what was said before becomes what is said now, or stands beside what came from elsewhere.
CREATE FUNCTION crm_code.change_methods(
    p_organization_id bigint, p_changes crm_code.contact_change[], p_now timestamptz
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_touched bigint[] := '{}';
    r record;
    v_id bigint;
BEGIN
    FOR r IN
        SELECT x.contact_id, x.individual_id, m.* FROM unnest(p_changes) x
        CROSS JOIN LATERAL (VALUES
            ('Home Email', (x.was).reach.email, (x.new).reach.email, (x.new).email_key),
            ('Home Phone', (x.was).reach.phone, (x.new).reach.phone, lower((x.new).reach.phone))) AS m (type, was, new, key)
        WHERE x.individual_id IS NOT NULL AND m.new IS NOT NULL AND (NOT x.remembers OR m.new IS DISTINCT FROM m.was)
            AND NOT EXISTS (SELECT FROM crm.contact_method k WHERE k.organization_id = p_organization_id
                AND k.contact_individual_id = x.individual_id AND k.type = m.type AND (k.value_key = m.key OR NOT x.remembers))
    LOOP
        UPDATE crm.contact_method k SET value = r.new, value_key = r.key, modified_at = p_now
        WHERE k.organization_id = p_organization_id AND k.contact_individual_id = r.individual_id AND k.type = r.type
            AND k.id = (SELECT min(o.id) FROM crm.contact_method o WHERE o.organization_id = p_organization_id
                AND o.contact_individual_id = r.individual_id AND o.type = r.type AND o.value = r.was)
        RETURNING k.id INTO v_id;
        IF v_id IS NULL THEN
            INSERT INTO crm.contact_method (organization_id, contact_individual_id, type, value, value_key, created_at,
                modified_at)
            VALUES (p_organization_id, r.individual_id, r.type, r.new, r.key, p_now, p_now);
        END IF;
        v_touched := v_touched || r.contact_id;
    END LOOP;
    RETURN v_touched;
END
$$;

-- The first of a contact's addresses that says the same.
CREATE FUNCTION crm_code.address_like(p_organization_id bigint, p_contact_id bigint, p_reach crm_code.reach) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT a.id FROM crm.contact_address a
        WHERE a.organization_id = p_organization_id AND a.contact_id = p_contact_id
            AND (a.address1, a.address2, a.city, a.state, a.postal, a.country) IS NOT DISTINCT FROM
                (p_reach.address1, p_reach.address2, p_reach.city, p_reach.state, p_reach.postal, p_reach.country)
        ORDER BY a.is_primary DESC, a.id LIMIT 1);
END
$$;

-- The address, as one: the one that was said before becomes the one that is said now, or a new one stands beside.
CREATE FUNCTION crm_code.change_addresses(
    p_organization_id bigint, p_changes crm_code.contact_change[], p_now timestamptz
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_touched bigint[] := '{}';
    r record;
    v_id bigint;
BEGIN
    FOR r IN
        SELECT x.contact_id, (x.was).reach AS was, (x.new).reach AS new FROM unnest(p_changes) x
        WHERE coalesce((x.new).reach.address1, (x.new).reach.city, (x.new).reach.postal) IS NOT NULL
            AND CASE WHEN x.remembers THEN ((x.new).reach.address1, (x.new).reach.address2, (x.new).reach.city,
                    (x.new).reach.state, (x.new).reach.postal, (x.new).reach.country) IS DISTINCT FROM
                    ((x.was).reach.address1, (x.was).reach.address2, (x.was).reach.city, (x.was).reach.state,
                    (x.was).reach.postal, (x.was).reach.country)
                ELSE NOT EXISTS (SELECT FROM crm.contact_address a
                    WHERE a.organization_id = p_organization_id AND a.contact_id = x.contact_id) END
            AND crm_code.address_like(p_organization_id, x.contact_id, (x.new).reach) IS NULL
    LOOP
        UPDATE crm.contact_address a SET address1 = (r.new).address1, address2 = (r.new).address2, city = (r.new).city,
            state = (r.new).state, postal = (r.new).postal, country = (r.new).country, modified_at = p_now
        WHERE a.organization_id = p_organization_id AND a.contact_id = r.contact_id
            AND a.id = crm_code.address_like(p_organization_id, r.contact_id, r.was)
        RETURNING a.id INTO v_id;
        IF v_id IS NULL THEN
            INSERT INTO crm.contact_address (organization_id, contact_id, label, address1, address2, city, state, postal,
                country, is_primary, created_at, modified_at)
            SELECT p_organization_id, r.contact_id, 'Home', (r.new).address1, (r.new).address2, (r.new).city, (r.new).state,
                (r.new).postal, (r.new).country, NOT EXISTS (SELECT FROM crm.contact_address a
                    WHERE a.organization_id = p_organization_id AND a.contact_id = r.contact_id), p_now, p_now;
        END IF;
        v_touched := v_touched || r.contact_id;
    END LOOP;
    RETURN v_touched;
END
$$;

-- Remember what is said now, and by which version. A version that came in between stands.
CREATE FUNCTION crm_code.remember_changes(p_organization_id bigint, p_changes crm_code.contact_change[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.contact_reference k SET version = (x.new).version, said = crm_code.words_of((x.new).sent),
        contact_id = x.contact_id,
        came_from_ids = CASE WHEN k.contact_id = x.contact_id THEN k.came_from_ids ELSE '{}' END
    FROM unnest(p_changes) x
    WHERE k.organization_id = p_organization_id AND k.source = (x.new).key.source AND k.reference_id = (x.new).key.id
        AND k.version < (x.new).version AND k.forgotten_version IS NULL;
END
$$;

-- Change contacts as their sources say. Answers all that were placed; one that is as the source says was the same.
CREATE FUNCTION crm_code.change_contacts(
    p_organization_id bigint, p_contacts crm_code.put_contact[], p_placed crm_code.placed_contact[], p_now timestamptz
) RETURNS crm_code.placed_contact[] LANGUAGE plpgsql AS $$
DECLARE
    v_placed crm_code.placed_contact[] := p_placed;
    v_ords int[] := ARRAY(SELECT p.ord FROM unnest(p_placed) p WHERE p.did = 'changed' ORDER BY p.ord);
    v_ids bigint[];
    v_changes crm_code.contact_change[];
    v_touched bigint[];
    v_was jsonb;
    v_changed int[] := '{}';
BEGIN
    v_ids := crm_code.lock_contacts(p_organization_id, ARRAY(
        SELECT p.contact_id FROM unnest(p_placed) p WHERE p.did = 'changed' ORDER BY p.ord));
    FOR n IN 1..cardinality(v_ords) LOOP
        v_placed[v_ords[n]].contact_id := v_ids[n];
    END LOOP;
    PERFORM crm_code.keep_words(p_organization_id, v_ids);
    -- One round is for one change of each contact: sources that mean the same contact take turns.
    FOR n IN 1..(SELECT max(x.n) FROM (SELECT count(*) AS n FROM unnest(v_ids) AS i (id) GROUP BY i.id) x) LOOP
        v_changes := crm_code.contact_changes(p_organization_id, p_contacts, v_placed, n);
        v_was := crm_code.contacts_as_they_are(p_organization_id, ARRAY(SELECT x.contact_id FROM unnest(v_changes) x));
        v_touched := crm_code.change_names(p_organization_id, v_changes)
            || crm_code.change_people(p_organization_id, v_changes, p_now)
            || crm_code.change_methods(p_organization_id, v_changes, p_now)
            || crm_code.change_addresses(p_organization_id, v_changes, p_now);
        PERFORM crm_code.remember_changes(p_organization_id, v_changes);
        PERFORM crm_code.announce_contacts(p_organization_id, v_touched, v_was, p_now);
        v_changed := v_changed || ARRAY(SELECT x.ord FROM unnest(v_changes) x WHERE x.contact_id = ANY (v_touched));
    END LOOP;
    RETURN ARRAY(SELECT (p.ord, p.contact_id, CASE WHEN p.did = 'changed' AND p.ord <> ALL (v_changed) THEN 'same'
            ELSE p.did END, p.problem, p.is_new)::crm_code.placed_contact
        FROM unnest(v_placed) p ORDER BY p.ord);
END
$$;

-- Each of these contacts with what hangs on it, by id: what an event of its change keeps of before.
CREATE FUNCTION crm_code.contacts_as_they_are(p_organization_id bigint, p_ids bigint[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(c.id, jsonb_build_object('contact_type', c.contact_type, 'name', c.name,
            'informal_name', c.informal_name, 'contact_individuals', (
                SELECT jsonb_agg(to_jsonb(i) - '{organization_id,created_at,modified_at}'::text[] ORDER BY i.id)
                FROM crm.contact_individual i WHERE i.organization_id = p_organization_id AND i.contact_id = c.id),
            'contact_methods', (
                SELECT jsonb_agg(to_jsonb(m) - '{organization_id,created_at,modified_at}'::text[] ORDER BY m.id)
                FROM crm.contact_individual i
                JOIN crm.contact_method m ON m.organization_id = p_organization_id AND m.contact_individual_id = i.id
                WHERE i.organization_id = p_organization_id AND i.contact_id = c.id),
            'contact_addresses', (
                SELECT jsonb_agg(to_jsonb(a) - '{organization_id,created_at,modified_at}'::text[] ORDER BY a.id)
                FROM crm.contact_address a WHERE a.organization_id = p_organization_id AND a.contact_id = c.id)))
        FROM crm.contact c WHERE c.organization_id = p_organization_id AND c.id = ANY (p_ids));
END
$$;

-- Contacts that changed: in a new version each, with the old values of what changed.
CREATE FUNCTION crm_code.announce_contacts(p_organization_id bigint, p_ids bigint[], p_was jsonb, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_since jsonb := crm_code.contacts_as_they_are(p_organization_id, p_ids);
BEGIN
    UPDATE crm.contact c SET version = c.version + 1, modified_at = p_now
    WHERE c.organization_id = p_organization_id AND c.id = ANY (p_ids);
    INSERT INTO crm.event (organization_id, part, key_id, kind, record_id, happened_at, version, data)
    SELECT p_organization_id, platform.event_part(p_organization_id, c.id), c.id, 'contact.updated', c.id, p_now, c.version,
        crm_code.old_values(p_was -> c.id::text, v_since -> c.id::text)
    FROM crm.contact c WHERE c.organization_id = p_organization_id AND c.id = ANY (p_ids) ORDER BY c.id;
END
$$;
