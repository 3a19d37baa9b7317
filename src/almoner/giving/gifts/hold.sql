-- giving_code.hold_donors_of: nothing of a gift changes but behind the lock of its donor.

-- Lock the donors of gifts, by their ids, and answer whose each gift is. Who waited for a lock looks again, for the gift may have moved
-- meanwhile: until the donors that are held are those of the gifts. Those of before are let go first, so that nobody who holds donors asks for one
-- before them.
CREATE FUNCTION giving_code.hold_donors_of(p_organization_id bigint, p_gift_ids bigint[])
RETURNS TABLE (gift_id bigint, donor_id bigint) LANGUAGE plpgsql AS $$
DECLARE
    v_seen bigint[];
    v_now bigint[] := giving_code.donors_of(p_organization_id, p_gift_ids);
BEGIN
    LOOP
        v_seen := v_now;
        BEGIN
            PERFORM FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = ANY (v_seen)
            ORDER BY d.id FOR NO KEY UPDATE;
            v_now := giving_code.donors_of(p_organization_id, p_gift_ids);
            EXIT WHEN v_now <@ v_seen;
            RAISE SQLSTATE 'AL001' USING MESSAGE = 'somebody else by now';
        EXCEPTION WHEN SQLSTATE 'AL001' THEN
            NULL;
        END;
    END LOOP;
    RETURN QUERY SELECT g.id, d.id FROM giving.gift g
        JOIN giving.donor d ON d.organization_id = p_organization_id AND d.id = g.donor_id
        WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids);
END
$$;

-- The donors of gifts.
CREATE FUNCTION giving_code.donors_of(p_organization_id bigint, p_gift_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT g.donor_id FROM giving.gift g
        WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids) AND g.donor_id IS NOT NULL);
END
$$;
