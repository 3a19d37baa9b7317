-- Which contact another system means: what it sends, and how it is found.

-- A record as its source names it.
CREATE TYPE crm_code.source_key AS (source text, id text);

CREATE TYPE crm_code.reach AS (
    email text, phone text, address1 text, address2 text, city text, state text, postal text, country text
);

-- A contact as its source has it in this version; `ord` is its place in the call, `email_key` its folded address, and `sent` all
-- of it as it came.
CREATE TYPE crm_code.put_contact AS (
    ord int, key crm_code.source_key, version int, seeded text, contact_type text, name text,
    person crm.contact_individual, reach crm_code.reach, email_key text, sent jsonb
);

-- What becomes of one: `did` is made, changed, same or refused. `is_new`: its source was not known here.
CREATE TYPE crm_code.placed_contact AS (ord int, contact_id bigint, did text, problem text, is_new boolean);

-- The contact that a merged one went into in the end, through any number of merges. There is no ring: a survivor was not merged
-- when it was locked and merged into.
CREATE FUNCTION crm_code.survivor(p_organization_id bigint, p_contact_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_id bigint := p_contact_id;
    v_next bigint;
BEGIN
    LOOP
        SELECT c.merged_into_id INTO v_next FROM crm.contact c
        WHERE c.organization_id = p_organization_id AND c.id = v_id;
        IF v_next IS NULL THEN
            RETURN v_id;
        END IF;
        v_id := v_next;
    END LOOP;
END
$$;

-- The contacts that these stand for, in their order; most stand for themselves.
CREATE FUNCTION crm_code.survivors(p_organization_id bigint, p_contact_ids bigint[]) RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM crm.contact c
        WHERE c.organization_id = p_organization_id AND c.id = ANY (p_contact_ids) AND c.merged_into_id IS NOT NULL)
    THEN
        RETURN p_contact_ids;
    END IF;
    RETURN ARRAY(SELECT crm_code.survivor(p_organization_id, i.id) FROM unnest(p_contact_ids) WITH ORDINALITY AS i (id, n) ORDER BY i.n);
END
$$;

-- Lock contacts, in one order for everybody, and name the contact that each stands for: a merged one's survivor, which alone is locked. A merged one that is
-- still named would be locked before its survivor, whose id is mostly the lower one. Who holds merges meets no other round; others do, rarely, when a contact is
-- merged while they come.
CREATE FUNCTION crm_code.lock_contacts(p_organization_id bigint, p_contact_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := p_contact_ids;
    v_is_merged boolean;
BEGIN
    LOOP
        v_ids := crm_code.survivors(p_organization_id, v_ids);
        -- What a locked row says is what stands behind the lock: who merges a contact holds it.
        SELECT bool_or(k.merged_into_id IS NOT NULL) INTO v_is_merged
        FROM (SELECT c.merged_into_id FROM crm.contact c
            WHERE c.organization_id = p_organization_id AND c.id = ANY (v_ids) ORDER BY c.id FOR NO KEY UPDATE) k;
        IF v_is_merged IS NOT TRUE THEN
            RETURN v_ids;
        END IF;
    END LOOP;
END
$$;

-- Which contact each is: seeded key, then reference, then e-mail and name; a merged one is its survivor. A reference in this
-- version or a later one stands, whatever else is sent; one that is forgotten is none. What was read of a source before that and comes
-- after it is a clash: who reads again has the later version. Without an id, without a problem: it has yet to be made.
CREATE FUNCTION crm_code.match_contacts(p_organization_id bigint, p_contacts crm_code.put_contact[])
RETURNS SETOF crm_code.placed_contact LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(p_contacts) i CROSS JOIN LATERAL (SELECT k.forgotten_version FROM crm.contact_reference k
        WHERE k.organization_id = p_organization_id AND k.source = (i.key).source AND k.reference_id = (i.key).id LIMIT 1) r
        WHERE r.forgotten_version >= i.version) THEN
        RAISE serialization_failure USING MESSAGE = 'a contact was sent as it was before its reference was forgotten';
    END IF;
    RETURN QUERY
    SELECT i.ord, m.id, CASE
        WHEN r.is_later THEN 'same'
        WHEN i.seeded IS NOT NULL AND m.id IS NULL OR m.is_archived OR m.id IS NULL AND (by_email.n > 1 OR i.name IS NULL)
            THEN 'refused'
        WHEN r.version IS NOT NULL THEN 'changed'
        WHEN m.id IS NULL THEN 'made' ELSE 'same' END,
    CASE
        WHEN r.is_later THEN NULL
        WHEN i.seeded IS NOT NULL AND m.id IS NULL THEN 'contact_not_found'
        WHEN m.is_archived THEN 'contact_archived'
        WHEN m.id IS NULL AND by_email.n > 1 THEN 'contact_ambiguous'
        WHEN m.id IS NULL AND i.name IS NULL THEN 'name_missing'
        END, r.version IS NULL
    FROM unnest(p_contacts) i
    LEFT JOIN LATERAL (SELECT k.contact_id, k.version, k.version >= i.version OR k.merged_version > i.version AS is_later
        FROM crm.contact_reference k WHERE k.organization_id = p_organization_id
        AND k.source = (i.key).source AND k.reference_id = (i.key).id AND k.forgotten_version IS NULL LIMIT 1) r ON true
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT w.id) AS n, min(w.id) AS id
        FROM (SELECT x.contact_individual_id FROM crm.contact_method x WHERE x.organization_id = p_organization_id
              AND x.value_key = i.email_key AND i.seeded IS NULL AND r.contact_id IS NULL LIMIT 100) e
        CROSS JOIN LATERAL (SELECT x.contact_id, x.first_name, x.last_name FROM crm.contact_individual x
            WHERE x.organization_id = p_organization_id AND x.id = e.contact_individual_id LIMIT 1) p
        CROSS JOIN LATERAL (SELECT x.name, x.is_archived, x.merged_into_id FROM crm.contact x
            WHERE x.organization_id = p_organization_id AND x.id = p.contact_id LIMIT 1) o
        CROSS JOIN LATERAL (SELECT CASE WHEN o.merged_into_id IS NULL THEN p.contact_id
            ELSE crm_code.survivor(p_organization_id, p.contact_id) END AS id) w
        WHERE NOT o.is_archived
            AND lower(coalesce(p.last_name, o.name)) = lower(coalesce((i.person).last_name, i.name))
            AND lower(coalesce(p.first_name, '')) = lower(coalesce((i.person).first_name, ''))
    ) by_email ON true
    -- Worked out apart (OFFSET 0): behind row-level security a pattern match is no condition that an index can serve.
    CROSS JOIN LATERAL (SELECT CASE
        WHEN i.seeded IS NULL OR r.is_later
            THEN coalesce(r.contact_id, CASE WHEN by_email.n = 1 THEN by_email.id END)
        WHEN i.seeded ~ '^[0-9]{1,18}$' THEN i.seeded::bigint END AS id OFFSET 0) wanted
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived, k.merged_into_id FROM crm.contact k
        WHERE k.organization_id = p_organization_id AND k.id = wanted.id LIMIT 1) named ON true
    LEFT JOIN LATERAL (SELECT k.id, k.is_archived FROM crm.contact k WHERE k.organization_id = p_organization_id
        AND k.id = CASE WHEN named.merged_into_id IS NOT NULL
            THEN crm_code.survivor(p_organization_id, named.id) ELSE named.id END LIMIT 1) m ON true;
END
$$;
