-- needs: giving/custom_fields/told, giving/events, giving/transfers/move
--
-- giving_code.merge_donors and unmerge_donor. Who calls holds the mailboxes of the organization, so that no gift is on its way to a donor
-- that is merged meanwhile, and both donors, who are not merged yet.

-- Of the kept donors one more or less.
CREATE FUNCTION giving_code.count_donors(p_organization_id bigint, p_n int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    INSERT INTO giving.tally AS t (organization_id, campaign_id, currency, slot, gift_count, given_minor, raised_count, raised_minor,
        giver_count, donor_count)
    SELECT p_organization_id, 0, '', (pg_backend_pid() & 15)::smallint, 0, 0, 0, 0, 0, p_n WHERE p_n <> 0
    ON CONFLICT (organization_id, campaign_id, currency, slot) DO UPDATE SET donor_count = t.donor_count + excluded.donor_count;
END
$$;

-- What the organization's own fields say of a donor from now on, in a new version, where that is other than before.
CREATE FUNCTION giving_code.write_custom_values(p_organization_id bigint, p_donor_id bigint, p_values jsonb, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_was giving.donor;
BEGIN
    SELECT d.* INTO v_was FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = p_donor_id;
    IF v_was.custom_values = p_values THEN
        RETURN;
    END IF;
    UPDATE giving.donor d SET custom_values = p_values, version = d.version + 1, modified_at = p_now
    WHERE d.organization_id = p_organization_id AND d.id = p_donor_id;
    PERFORM giving_code.append_event(p_organization_id, p_donor_id, 'donor.updated', p_donor_id, p_now, v_was.version + 1,
        jsonb_build_object('customValues', v_was.custom_values));
END
$$;

-- The survivor of a merge gets what it has nothing of in the organization's own fields; the merge keeps what that was.
CREATE FUNCTION giving_code.fill_survivor(p_organization_id bigint, p_merge_id bigint, p_values jsonb, p_survivor_id bigint, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_own jsonb;
    v_filled jsonb;
BEGIN
    SELECT d.custom_values INTO v_own FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = p_survivor_id;
    v_filled := giving_code.lacking_values(v_own, p_values);
    IF v_filled = '{}' THEN
        RETURN;
    END IF;
    UPDATE giving.donor_merge m SET filled_values = v_filled WHERE m.organization_id = p_organization_id AND m.id = p_merge_id;
    PERFORM giving_code.write_custom_values(p_organization_id, p_survivor_id, v_own || v_filled, p_now);
END
$$;

-- What a merge filled in goes again where it stands as it did, also in those that its survivor was merged into since: there in the merges that
-- passed it on.
CREATE FUNCTION giving_code.empty_survivors(p_organization_id bigint, p_merge giving.donor_merge, p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_goes jsonb := p_merge.filled_values;
    v_at bigint := p_merge.survivor_id;
    v_next giving.donor_merge;
BEGIN
    UPDATE giving.donor_merge m SET filled_values = '{}' WHERE m.organization_id = p_organization_id AND m.id = p_merge.id;
    WHILE v_goes <> '{}' LOOP
        PERFORM giving_code.write_custom_values(p_organization_id, v_at, giving_code.without_values(d.custom_values, v_goes), p_now)
        FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = v_at;
        SELECT m.* INTO v_next FROM giving.donor_merge m
        WHERE m.organization_id = p_organization_id AND m.duplicate_id = v_at AND m.unmerged_at IS NULL;
        EXIT WHEN v_next.id IS NULL;
        SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') INTO v_goes FROM jsonb_each(v_goes) f
        WHERE v_next.filled_values -> f.key = f.value;
        UPDATE giving.donor_merge m SET filled_values = giving_code.without_values(v_next.filled_values, v_goes)
        WHERE m.organization_id = p_organization_id AND m.id = v_next.id;
        v_at := v_next.survivor_id;
    END LOOP;
END
$$;

-- A donor is another from now on: its gifts go there, and who is found by what it has is the other. Its own data stay as they are,
-- out of sight. Those who were merged into it go along.
CREATE FUNCTION giving_code.merge_donors(
    p_organization_id bigint, p_duplicate_id bigint, p_survivor_id bigint, p_by text, p_reason text, p_now timestamptz
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_merge_id bigint;
    v_was giving.donor;
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    SELECT d.* INTO v_was FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = p_duplicate_id;
    INSERT INTO giving.donor_merge (organization_id, duplicate_id, survivor_id, was_archived, merged_at, merged_by, reason)
    VALUES (p_organization_id, p_duplicate_id, p_survivor_id, v_was.is_archived, p_now, p_by, p_reason) RETURNING id INTO v_merge_id;
    PERFORM giving_code.fill_survivor(p_organization_id, v_merge_id, v_was.custom_values, p_survivor_id, p_now);
    PERFORM giving_code.move_gifts(p_organization_id, ARRAY(SELECT g.id FROM giving.gift g
        WHERE g.organization_id = p_organization_id AND g.donor_id = p_duplicate_id), p_survivor_id, p_by, p_reason, v_merge_id, p_now);
    UPDATE giving.donor d SET survivor_id = p_survivor_id
    WHERE d.organization_id = p_organization_id AND d.survivor_id = p_duplicate_id;
    UPDATE giving.donor d SET survivor_id = p_survivor_id, was_merged = true, is_archived = true, version = d.version + 1,
        modified_at = p_now
    WHERE d.organization_id = p_organization_id AND d.id = p_duplicate_id;
    PERFORM giving_code.count_donors(p_organization_id, CASE WHEN v_was.is_archived THEN 0 ELSE -1 END);
    PERFORM giving_code.append_event(p_organization_id, p_duplicate_id, 'donor.updated', p_duplicate_id, p_now, v_was.version + 1,
        jsonb_build_object('survivorId', NULL, 'isArchived', v_was.is_archived));
    RETURN v_merge_id;
END
$$;

-- Donors that were merged into this one, directly or through others, while those merges stand.
CREATE FUNCTION giving_code.merged_into(p_organization_id bigint, p_donor_id bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE m (id) AS (
            SELECT x.duplicate_id FROM giving.donor_merge x
            WHERE x.organization_id = p_organization_id AND x.survivor_id = p_donor_id AND x.unmerged_at IS NULL
            UNION
            SELECT x.duplicate_id FROM m JOIN giving.donor_merge x
                ON x.organization_id = p_organization_id AND x.survivor_id = m.id AND x.unmerged_at IS NULL
        ) SELECT m.id FROM m);
END
$$;

-- The gifts that a merge moved and that are its own to bring back from p_survivor_id: later merges may have taken them further, and may have
-- been undone, but not one that somebody moved since, nor one that came back by the undoing of a merge that had moved it before this one.
CREATE FUNCTION giving_code.claimed_by(p_organization_id bigint, p_merge_id bigint, p_survivor_id bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN ARRAY(
        SELECT m.gift_id FROM giving.gift_move m
        JOIN giving.gift g ON g.organization_id = p_organization_id AND g.id = m.gift_id AND g.donor_id = p_survivor_id
        WHERE m.organization_id = p_organization_id AND m.merge_id = p_merge_id AND NOT EXISTS (
            SELECT FROM giving.gift_move x
            WHERE x.organization_id = p_organization_id AND x.gift_id = m.gift_id AND x.id > m.id AND (
                x.merge_id IS NULL OR EXISTS (SELECT FROM giving.gift_move o WHERE o.organization_id = p_organization_id
                    AND o.gift_id = m.gift_id AND o.merge_id = x.merge_id AND o.id <= m.id))));
END
$$;

-- A donor is its own again: the gifts that the merge moved and still claims come back; what came since stays with the survivor.
CREATE FUNCTION giving_code.unmerge_donor(p_organization_id bigint, p_merge_id bigint, p_by text, p_reason text, p_now timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
    v_merge giving.donor_merge;
    v_was giving.donor;
    v_moved bigint;
BEGIN
    PERFORM platform_code.require_tenant(p_organization_id);
    UPDATE giving.donor_merge m SET unmerged_at = p_now, unmerged_by = p_by
    WHERE m.organization_id = p_organization_id AND m.id = p_merge_id RETURNING m.* INTO v_merge;
    SELECT d.* INTO v_was FROM giving.donor d WHERE d.organization_id = p_organization_id AND d.id = v_merge.duplicate_id;
    PERFORM giving_code.empty_survivors(p_organization_id, v_merge, p_now);
    v_moved := giving_code.move_gifts(p_organization_id, giving_code.claimed_by(p_organization_id, p_merge_id, v_was.survivor_id), v_was.id,
        p_by, p_reason, p_merge_id, p_now);
    UPDATE giving.donor d SET survivor_id = v_was.id
    WHERE d.organization_id = p_organization_id AND d.id = ANY (giving_code.merged_into(p_organization_id, v_was.id));
    UPDATE giving.donor d SET survivor_id = NULL, is_archived = v_merge.was_archived, version = d.version + 1, modified_at = p_now
    WHERE d.organization_id = p_organization_id AND d.id = v_was.id;
    PERFORM giving_code.count_donors(p_organization_id, CASE WHEN v_merge.was_archived THEN 0 ELSE 1 END);
    PERFORM giving_code.append_event(p_organization_id, v_was.id, 'donor.updated', v_was.id, p_now, v_was.version + 1,
        jsonb_build_object('survivorId', v_was.survivor_id, 'isArchived', true));
    RETURN v_moved;
END
$$;
