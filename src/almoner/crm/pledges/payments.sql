-- needs: crm/commitments/days, crm/contacts/match, crm/gifts/change, crm/gifts/passthroughs, crm/gifts/reverse, crm/projects/tree
--
-- The payments that a pledge is expected to come in.

-- The days and shares of a pledge: its own, or those of its frequency from its day to the day of its fulfillment, in equal shares. One
-- when it comes once, or when it has no last day.
CREATE FUNCTION crm_code.plan_of_pledge(p_pledge crm.pledge, OUT days date[], OUT minor bigint[]) LANGUAGE plpgsql STABLE AS $$
BEGIN
    days := p_pledge.payment_days;
    minor := p_pledge.payment_minor;
    IF days <> '{}' THEN
        RETURN;
    END IF;
    days := CASE WHEN p_pledge.expected_fulfillment_on IS NULL OR p_pledge.frequency IN ('Once', 'Custom') THEN '{}'
        ELSE crm_code.due_days(p_pledge.frequency, p_pledge.pledged_on, p_pledge.pledged_on, p_pledge.expected_fulfillment_on, 1000) END;
    days := days[:least(cardinality(days), p_pledge.pledged_minor)];
    IF days = '{}' THEN
        days := ARRAY[coalesce(p_pledge.expected_fulfillment_on, p_pledge.pledged_on)];
    END IF;
    minor := crm_code.shares(array_fill(1::bigint, ARRAY[cardinality(days)]), p_pledge.pledged_minor);
END
$$;

-- What came for a payment of a pledge, which is held, that earlier gifts paid in full goes to the first payment in order that has room.
CREATE FUNCTION crm_code.spread_over_plan(p_organization_id bigint, p_pledge_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
    v_room bigint[];
    v_own int;
    v_place int;
    r record;
BEGIN
    SELECT array_agg(p.id ORDER BY p.ordinal), array_agg(p.expected_minor ORDER BY p.ordinal) INTO v_ids, v_room
    FROM crm.pledge_payment p WHERE p.organization_id = p_organization_id AND p.pledge_id = p_pledge_id;
    FOR r IN SELECT a.id, a.pledge_payment_id, a.counted_minor FROM crm.applied_gift a
        WHERE a.organization_id = p_organization_id AND a.pledge_id = p_pledge_id AND a.counted_minor > 0 ORDER BY a.id
    LOOP
        v_own := array_position(v_ids, r.pledge_payment_id);
        v_place := v_own;
        IF v_room[v_own] <= 0 THEN
            v_place := coalesce((SELECT min(x.n) FROM unnest(v_room) WITH ORDINALITY AS x (minor, n) WHERE x.minor > 0), v_own);
        END IF;
        v_room[v_place] := v_room[v_place] - r.counted_minor;
        IF v_place <> v_own THEN
            UPDATE crm.applied_gift a SET pledge_payment_id = v_ids[v_place] WHERE a.organization_id = p_organization_id AND a.id = r.id;
        END IF;
    END LOOP;
END
$$;

-- Hold a pledge with the gifts that pay it, or nothing and answer false: another contact's gift came for it in between. Whoever holds a contact has
-- its gifts for himself.
CREATE FUNCTION crm_code.try_to_hold_pledge(p_organization_id bigint, p_pledge_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_gifts bigint[];
BEGIN
    PERFORM crm_code.lock_contacts(p_organization_id, ARRAY(
        SELECT k.contact_id FROM crm.pledge k WHERE k.organization_id = p_organization_id AND k.id = p_pledge_id
        UNION SELECT g.contact_id FROM crm.applied_gift a JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = a.gift_id
            WHERE a.organization_id = p_organization_id AND a.pledge_id = p_pledge_id));
    v_gifts := ARRAY(SELECT DISTINCT a.gift_id FROM crm.applied_gift a
        WHERE a.organization_id = p_organization_id AND a.pledge_id = p_pledge_id);
    PERFORM crm_code.lock_gifts(p_organization_id, v_gifts);
    PERFORM FROM crm.pledge k WHERE k.organization_id = p_organization_id AND k.id = p_pledge_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM crm.applied_gift a
        WHERE a.organization_id = p_organization_id AND a.pledge_id = p_pledge_id AND a.gift_id <> ALL (v_gifts))
    THEN
        RAISE serialization_failure USING MESSAGE = 'another gift came for the pledge in the same moment';
    END IF;
    RETURN true;
EXCEPTION WHEN serialization_failure THEN
    RETURN false;
END
$$;

-- Hold a pledge with the gifts that pay it until the transaction ends, to plan it anew. What comes for its payments is written by whoever holds
-- the gift, who may want the pledge after that: so contacts and gifts come first here too. Who is met by new payers again and again comes again.
CREATE FUNCTION crm_code.hold_pledge(p_organization_id bigint, p_pledge_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    FOR n IN 1..20 LOOP
        IF crm_code.try_to_hold_pledge(p_organization_id, p_pledge_id) THEN
            RETURN;
        END IF;
    END LOOP;
    RAISE serialization_failure USING MESSAGE = 'other gifts came for the pledge in the same moment';
END
$$;

-- Let the payments of a pledge, which is held, be as it says. Each keeps its id by its place; what came for one that is no more counts for
-- the last. Of another plan, what came beyond a payment that is paid goes on to the first that has room, a gift at a time.
CREATE FUNCTION crm_code.plan_pledge(p_organization_id bigint, p_pledge_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_days date[];
    v_minor bigint[];
    v_last bigint;
    v_changed int;
    v_gone int;
BEGIN
    SELECT (x.plan).days, (x.plan).minor INTO v_days, v_minor
    FROM (SELECT crm_code.plan_of_pledge(k) AS plan FROM crm.pledge k
        WHERE k.organization_id = p_organization_id AND k.id = p_pledge_id) x;
    INSERT INTO crm.pledge_payment AS p (organization_id, pledge_id, ordinal, expected_on, expected_minor)
    SELECT p_organization_id, p_pledge_id, x.n, x.day, x.minor
    FROM unnest(v_days, v_minor) WITH ORDINALITY AS x (day, minor, n)
    ON CONFLICT (organization_id, pledge_id, ordinal) DO UPDATE SET expected_on = excluded.expected_on,
        expected_minor = excluded.expected_minor
    WHERE (p.expected_on, p.expected_minor) <> (excluded.expected_on, excluded.expected_minor);
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    SELECT p.id INTO v_last FROM crm.pledge_payment p
    WHERE p.organization_id = p_organization_id AND p.pledge_id = p_pledge_id AND p.ordinal = cardinality(v_days);
    UPDATE crm.applied_gift a SET pledge_payment_id = v_last FROM crm.pledge_payment p
    WHERE a.organization_id = p_organization_id AND a.pledge_id = p_pledge_id AND p.organization_id = p_organization_id
        AND p.id = a.pledge_payment_id AND p.ordinal > cardinality(v_days);
    DELETE FROM crm.pledge_payment p WHERE p.organization_id = p_organization_id AND p.pledge_id = p_pledge_id
        AND p.ordinal > cardinality(v_days);
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    IF v_changed + v_gone > 0 THEN
        PERFORM crm_code.spread_over_plan(p_organization_id, p_pledge_id);
    END IF;
END
$$;
