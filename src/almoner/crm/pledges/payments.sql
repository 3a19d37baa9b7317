-- needs: crm/commitments/days, crm/gifts/reverse
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

-- Let the payments of a pledge, which is locked, be as it says. Each keeps its id by its place; what came for one that is no more counts for
-- the last.
CREATE FUNCTION crm_code.plan_pledge(p_organization_id bigint, p_pledge_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_days date[];
    v_minor bigint[];
    v_last bigint;
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
    SELECT p.id INTO v_last FROM crm.pledge_payment p
    WHERE p.organization_id = p_organization_id AND p.pledge_id = p_pledge_id AND p.ordinal = cardinality(v_days);
    UPDATE crm.applied_gift a SET pledge_payment_id = v_last FROM crm.pledge_payment p
    WHERE a.organization_id = p_organization_id AND a.pledge_id = p_pledge_id AND p.organization_id = p_organization_id
        AND p.id = a.pledge_payment_id AND p.ordinal > cardinality(v_days);
    DELETE FROM crm.pledge_payment p WHERE p.organization_id = p_organization_id AND p.pledge_id = p_pledge_id
        AND p.ordinal > cardinality(v_days);
END
$$;
