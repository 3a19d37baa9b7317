-- needs: crm/contacts/match, crm/gifts/change
--
-- The contacts through whom gifts came, when two of them turn out to be one.

-- Hold contacts as they are merged until the transaction ends, beside others who do: who writes through whom a gift came locks none of
-- those. After the tree and before any contact is locked. The slots of `own_slot` are 0 to 15, the tree's is 16; this is 17.
CREATE FUNCTION crm_code.keep_merges(p_organization_id bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock_shared(hashint8(p_organization_id) # 1129467216 # 1, 17)
$$;

-- Hold them alone until the transaction ends, to merge.
CREATE FUNCTION crm_code.hold_merges(p_organization_id bigint) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashint8(p_organization_id) # 1129467216 # 1, 17)
$$;

-- The passthroughs that a gift names, a merged contact as the one it went into; what came through both came through that one.
CREATE FUNCTION crm_code.passthroughs_since_merges(p_organization_id bigint, p_passthroughs jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('contact_id', y.id, 'minor', y.minor, 'field', y.field) ORDER BY y.n), '[]') FROM (
        SELECT x.id, sum(x.minor) AS minor, min(x.n) AS n, (array_agg(x.field ORDER BY x.n))[1] AS field FROM (
            SELECT crm_code.survivor(p_organization_id, (a.x ->> 'contact_id')::bigint) AS id, (a.x ->> 'minor')::bigint AS minor,
                a.x ->> 'field' AS field, a.n
            FROM jsonb_array_elements(coalesce(p_passthroughs, '[]')) WITH ORDINALITY AS a (x, n)) x
        GROUP BY x.id) y);
END
$$;

-- Gifts that came through a contact that is merged came through the other: its part is added to what did. Who gave a gift does not pass it
-- on, so where the giver and the contact are one, nobody passed that part on. Each such gift in its next version, with its event.
CREATE FUNCTION crm_code.move_passthroughs(p_organization_id bigint, p_contact_id bigint, p_into bigint, p_now timestamptz)
RETURNS void LANGUAGE plpgsql SET enable_bitmapscan = on AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT g.id FROM crm_code.queried_gift g
        WHERE g.organization_id = p_organization_id AND g.passthrough_contact_ids <> '{}' AND g.passthrough_contact_ids @> ARRAY[p_contact_id]
        UNION
        SELECT g.id FROM crm_code.queried_gift g
        WHERE g.organization_id = p_organization_id AND g.passthrough_contact_ids <> '{}' AND g.passthrough_contact_ids @> ARRAY[p_into]
            AND g.contact_id = p_into);
    v_was jsonb;
BEGIN
    PERFORM FROM crm.gift g WHERE g.organization_id = p_organization_id AND g.id = ANY (v_ids) ORDER BY g.id FOR NO KEY UPDATE;
    v_was := crm_code.gifts_as_they_are(p_organization_id, v_ids);
    UPDATE crm.gift g SET passthrough_contact_ids = s.ids, passthrough_minor = s.minor, version = g.version + 1, modified_at = p_now
    FROM (SELECT k.id, coalesce(array_agg(y.contact_id ORDER BY y.n) FILTER (WHERE y.n > 0), '{}') AS ids,
            coalesce(array_agg(y.minor ORDER BY y.n) FILTER (WHERE y.n > 0), '{}') AS minor
        FROM crm.gift k
        LEFT JOIN LATERAL (SELECT x.contact_id, sum(x.minor)::bigint AS minor, min(x.n) AS n
            FROM (SELECT CASE u.contact_id WHEN p_contact_id THEN p_into ELSE u.contact_id END AS contact_id, u.minor, u.n
                FROM unnest(k.passthrough_contact_ids, k.passthrough_minor) WITH ORDINALITY AS u (contact_id, minor, n)) x
            WHERE x.contact_id <> k.contact_id GROUP BY x.contact_id) y ON true
        WHERE k.organization_id = p_organization_id AND k.id = ANY (v_ids) GROUP BY k.id) s
    WHERE g.organization_id = p_organization_id AND g.id = s.id;
    PERFORM crm_code.announce_gifts(p_organization_id, v_ids, v_was, p_now);
END
$$;
