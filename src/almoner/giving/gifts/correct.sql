-- needs: giving/give/checks, giving/gifts/status, giving/segments/figures
--
-- giving_code.correct_gift: what was given stays given, but its money, split, day or words were noted wrong.

-- Write the columns that p_row names of a gift whose donor is locked, and move the figures by the difference. What went back of it stays, each
-- part with its project. Answers the version it has since; none when nothing is otherwise than it was.
CREATE FUNCTION giving_code.correct_gift(p_organization_id bigint, p_gift_id bigint, p_row jsonb, p_now timestamptz)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    v_old giving.gift;
    v_new giving.gift;
BEGIN
    SELECT g.* INTO v_old FROM giving.gift g WHERE g.organization_id = p_organization_id AND g.id = p_gift_id FOR NO KEY UPDATE;
    v_new := jsonb_populate_record(v_old, p_row);
    IF v_new IS NOT DISTINCT FROM v_old THEN
        RETURN NULL;
    END IF;
    IF v_old.reversed_minor > 0 THEN
        v_new.project_reversed_minor := giving.reversed_parts(p_organization_id, p_gift_id, v_new.project_ids, v_new.project_minor);
        v_new.status := giving_code.status_of(p_organization_id, p_gift_id, v_new.amount_minor,
            v_new.reversed_minor - v_new.reserved_minor);
    END IF;
    UPDATE giving.gift g SET amount_minor = v_new.amount_minor, status = v_new.status,
        project_reversed_minor = v_new.project_reversed_minor, project_ids = v_new.project_ids,
        project_minor = v_new.project_minor, gift_on = v_new.gift_on, segment_code = v_new.segment_code,
        segment_id = v_new.segment_id,
        is_anonymous = v_new.is_anonymous, notes = v_new.notes, comment = v_new.comment, version = g.version + 1,
        modified_at = p_now
    WHERE g.organization_id = p_organization_id AND g.id = p_gift_id;
    PERFORM giving_code.move_figures(p_organization_id, v_old, v_new.amount_minor - v_old.amount_minor,
        v_new.amount_minor - v_old.amount_minor);
    PERFORM giving_code.correct_segments(p_organization_id, v_old, v_new);
    RETURN v_old.version + 1;
END
$$;

-- The sums of a gift's campaign move by p_minor, and what it raised by p_raised; their number stays.
CREATE FUNCTION giving_code.move_figures(p_organization_id bigint, p_gift giving.gift, p_minor bigint, p_raised bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    INSERT INTO giving.tally AS t (organization_id, campaign_id, currency, slot, gift_count, given_minor, raised_count,
        raised_minor, giver_count, donor_count)
    SELECT p_organization_id, coalesce(p_gift.campaign_id, 0), p_gift.currency, (pg_backend_pid() & 15)::smallint, 0, p_minor, 0,
        CASE WHEN p_gift.is_test_mode THEN 0 ELSE p_raised END, 0, 0
    WHERE p_minor <> 0 OR p_raised <> 0
    ON CONFLICT (organization_id, campaign_id, currency, slot) DO UPDATE
    SET given_minor = t.given_minor + excluded.given_minor, raised_minor = t.raised_minor + excluded.raised_minor;
END
$$;

-- A split as ids and parts, or the problems with its projects.
CREATE FUNCTION giving_code.resolve_split(p_organization_id bigint, p_projects jsonb)
RETURNS TABLE (project_ids bigint[], project_minor bigint[], problems text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT c.project_ids, c.project_minor, c.problems::text
    FROM giving_code.check_gifts(p_organization_id, ARRAY[jsonb_populate_record(NULL::giving_code.asked_gift,
        jsonb_build_object('ord', 0, 'projects', p_projects))]) c;
END
$$;
