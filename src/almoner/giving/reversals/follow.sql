-- needs: giving/gifts/correct, giving/gifts/status
--
-- A gift after its reversals were written: its status, its version, the figures. What it says of how much is taken back, the table's own
-- trigger keeps (giving.count_reversal).

-- Bring a gift whose donor is locked in step with what its reversals say by now; p_was is the gift as it was. Answers the version it has
-- since; none when nothing that is told of it is otherwise.
CREATE FUNCTION giving_code.follow_reversals(p_organization_id bigint, p_was giving.gift, p_now timestamptz) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    v_is giving.gift;
    v_gone bigint;
    v_status smallint;
BEGIN
    SELECT g.* INTO v_is FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = p_was.id;
    v_gone := v_is.reversed_minor - v_is.reserved_minor;
    v_status := giving_code.status_of(p_organization_id, p_was.id, v_is.amount_minor, v_gone);
    IF (p_was.status, p_was.reversed_minor - p_was.reserved_minor, p_was.reversed_minor = p_was.amount_minor)
        IS NOT DISTINCT FROM (v_status, v_gone, v_is.reversed_minor = v_is.amount_minor)
    THEN
        RETURN NULL;
    END IF;
    UPDATE giving.gift g SET status = v_status, version = g.version + 1, modified_at = p_now
    WHERE g.organization_id = p_organization_id AND g.id = p_was.id;
    PERFORM giving_code.move_figures(p_organization_id, p_was, 0, p_was.reversed_minor - p_was.reserved_minor - v_gone);
    IF p_was.segment_id IS NOT NULL AND NOT p_was.is_test_mode THEN
        PERFORM giving_code.move_segments(p_organization_id, ARRAY[(p_was.segment_id, p_was.currency, p_was.amount_minor, 0,
            p_was.reversed_minor - p_was.reserved_minor - v_gone, 0)::giving_code.segment_move]);
    END IF;
    RETURN p_was.version + 1;
END
$$;
