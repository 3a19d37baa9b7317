-- giving_code.hold_donors_of: nothing of a gift changes but behind the lock of its donor.

-- Lock the donors of gifts, by their ids, and answer whose each gift is. Who waited for a lock looks again, for the gift may have moved
-- meanwhile: until the donors that are held are those of the gifts.
CREATE FUNCTION giving_code.hold_donors_of(p_organization_id bigint, p_gift_ids bigint[])
RETURNS TABLE (gift_id bigint, donor_id bigint) LANGUAGE plpgsql AS $$
DECLARE
    v_donors bigint[];
    v_held bigint[];
BEGIN
    LOOP
        v_donors := ARRAY(SELECT DISTINCT g.donor_id FROM giving.gift g
            WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids) AND g.donor_id IS NOT NULL);
        EXIT WHEN v_donors <@ v_held;
        PERFORM FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = ANY (v_donors) ORDER BY d.id FOR NO KEY UPDATE;
        v_held := v_held || v_donors;
    END LOOP;
    RETURN QUERY SELECT g.id, d.id FROM giving.gift g
        JOIN giving.donor d ON d.organization_id = p_organization_id AND d.id = g.donor_id
        WHERE g.organization_id = p_organization_id AND g.id = ANY (p_gift_ids);
END
$$;
