-- giving_code.status_of: what of a gift went back decides its status.

-- The status of a gift by what went back of it (STATUS_TEXT in giving/gifts/rules.py): 1 nothing, 2 all, 4 a part; and before that 6 the
-- payment failed, 5 somebody disputes it, 3 a dispute was lost.
CREATE FUNCTION giving_code.status_of(p_organization_id bigint, p_gift_id bigint, p_amount_minor bigint, p_gone_minor bigint)
RETURNS smallint LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_failed boolean;
    v_open boolean;
    v_lost boolean;
BEGIN
    IF p_gone_minor = 0 THEN
        RETURN 1;
    END IF;
    SELECT coalesce(bool_or(r.kind = 'failure'), false), coalesce(bool_or(r.state = 'open'), false),
        coalesce(bool_or(r.state = 'lost'), false) INTO v_failed, v_open, v_lost
    FROM giving.reversal r WHERE r.organization_id = p_organization_id AND r.gift_id = p_gift_id;
    RETURN CASE WHEN v_failed THEN 6 WHEN v_open THEN 5 WHEN v_lost THEN 3 WHEN p_gone_minor = p_amount_minor THEN 2 ELSE 4 END;
END
$$;
