-- giving_code.hold_both: a gift goes from one donor to another behind the locks of both.

-- Lock the donor of a gift and the one that p_donor_id is by now, in the order of their ids, and answer who they are; NULL for one that is not
-- there. Where either is another behind the locks, all are let go before it looks again: who holds donors asks for none before them.
CREATE FUNCTION giving_code.hold_both(p_organization_id bigint, p_gift_id bigint, p_donor_id bigint)
RETURNS TABLE (from_donor_id bigint, to_donor_id bigint) LANGUAGE plpgsql AS $$
DECLARE
    v_seen bigint[];
    v_now bigint[];
BEGIN
    v_now := giving_code.both(p_organization_id, p_gift_id, p_donor_id);
    LOOP
        v_seen := v_now;
        BEGIN
            PERFORM FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = ANY (v_seen)
            ORDER BY d.id FOR NO KEY UPDATE;
            v_now := giving_code.both(p_organization_id, p_gift_id, p_donor_id);
            EXIT WHEN v_now IS NOT DISTINCT FROM v_seen;
            RAISE SQLSTATE 'AL001' USING MESSAGE = 'somebody else by now';
        EXCEPTION WHEN SQLSTATE 'AL001' THEN
            NULL;
        END;
    END LOOP;
    RETURN QUERY SELECT v_now[1], v_now[2];
END
$$;

-- The donor of a gift, and the one that another is by now.
CREATE FUNCTION giving_code.both(p_organization_id bigint, p_gift_id bigint, p_donor_id bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY[(SELECT g.donor_id FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = p_gift_id),
        (SELECT coalesce(d.survivor_id, d.id) FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = p_donor_id)];
END
$$;
