-- needs: crm/gifts/change, crm/projects/tree, crm/recurring_gifts/payments
--
-- crm_code.apply_gifts: gifts come to what their givers promised or were asked for.

-- What a gift is applied to: `kind` is the record (`pledge`), `id` which one. Without an amount all of the gift.
CREATE TYPE crm_code.applying AS (gift_id bigint, kind text, id bigint, payment_id bigint, amount_minor bigint);

-- The payment of a recurring gift that a gift of a day is: the open one nearest to the day, of two the earlier; or one that nobody expected.
CREATE FUNCTION crm_code.payment_for(p_organization_id bigint, p_recurring_gift_id bigint, p_on date, p_minor bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_id bigint := (SELECT p.id FROM crm_code.recurring_payment p WHERE p.organization_id = p_organization_id
        AND p.recurring_gift_id = p_recurring_gift_id AND p.is_open ORDER BY abs(p.expected_on - p_on), p.expected_on LIMIT 1);
BEGIN
    IF v_id IS NULL THEN
        INSERT INTO crm.recurring_gift_payment (organization_id, recurring_gift_id, expected_on, expected_minor, is_expected)
        VALUES (p_organization_id, p_recurring_gift_id, p_on, p_minor, false) RETURNING id INTO v_id;
    END IF;
    RETURN v_id;
END
$$;

-- Money for a pledge fills its payments in their order, as far as each is not paid; what is more is of the last. A new link each.
CREATE FUNCTION crm_code.fill_pledge(p_organization_id bigint, p_applying crm_code.applying, p_minor bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_left bigint := p_minor;
    r record;
BEGIN
    FOR r IN SELECT p.id, p.expected_minor - coalesce((SELECT sum(a.counted_minor) FROM crm.applied_gift a
                WHERE a.organization_id = p_organization_id AND a.pledge_payment_id = p.id), 0) AS open_minor,
            p.ordinal = max(p.ordinal) OVER () AS is_last
        FROM crm.pledge_payment p WHERE p.organization_id = p_organization_id AND p.pledge_id = p_applying.id ORDER BY p.ordinal
    LOOP
        CONTINUE WHEN NOT r.is_last AND r.open_minor <= 0;
        INSERT INTO crm.applied_gift (organization_id, gift_id, pledge_id, pledge_payment_id, amount_minor, currency)
        SELECT p_organization_id, p_applying.gift_id, k.id, r.id, CASE WHEN r.is_last THEN v_left ELSE least(v_left, r.open_minor) END,
            k.currency FROM crm.pledge k WHERE k.organization_id = p_organization_id AND k.id = p_applying.id;
        v_left := v_left - r.open_minor;
        EXIT WHEN v_left <= 0;
    END LOOP;
END
$$;

-- Apply gifts, which are new or locked, in the order in which they are named. Who pays the same at the same moment waits.
CREATE FUNCTION crm_code.apply_gifts(p_organization_id bigint, p_applying jsonb, p_today date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_all crm_code.applying[] := ARRAY(SELECT x FROM jsonb_populate_recordset(NULL::crm_code.applying, p_applying) x);
    v crm_code.applying;
    v_on date;
    v_minor bigint;
BEGIN
    PERFORM FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id
        AND k.id IN (SELECT x.id FROM unnest(v_all) x WHERE x.kind = 'recurring_gift') ORDER BY k.id FOR NO KEY UPDATE;
    PERFORM FROM crm.pledge k WHERE k.organization_id = p_organization_id
        AND k.id IN (SELECT x.id FROM unnest(v_all) x WHERE x.kind = 'pledge') ORDER BY k.id FOR NO KEY UPDATE;
    FOREACH v IN ARRAY v_all LOOP
        SELECT g.gift_on, coalesce(v.amount_minor, g.amount_minor) INTO v_on, v_minor FROM crm.gift g
        WHERE g.organization_id = p_organization_id AND g.id = v.gift_id;
        IF v.kind = 'pledge' AND v.payment_id IS NULL THEN
            PERFORM crm_code.fill_pledge(p_organization_id, v, v_minor);
        ELSE
            IF v.kind = 'recurring_gift' AND v.payment_id IS NULL THEN
                v.payment_id := crm_code.payment_for(p_organization_id, v.id, v_on, v_minor);
            END IF;
            INSERT INTO crm.applied_gift (organization_id, gift_id, recurring_gift_id, recurring_gift_payment_id, pledge_id,
                pledge_payment_id, gift_ask_id, planned_gift_id, grant_award_id, amount_minor, currency)
            SELECT p_organization_id, v.gift_id, CASE v.kind WHEN 'recurring_gift' THEN v.id END,
                CASE v.kind WHEN 'recurring_gift' THEN v.payment_id END, CASE v.kind WHEN 'pledge' THEN v.id END,
                CASE v.kind WHEN 'pledge' THEN v.payment_id END, CASE v.kind WHEN 'gift_ask' THEN v.id END,
                CASE v.kind WHEN 'planned_gift' THEN v.id END, CASE v.kind WHEN 'grant_award' THEN v.id END, v.amount_minor,
                crm_code.currency_of(p_organization_id, v.kind, v.id);
        END IF;
        PERFORM crm.recount_applied_gifts(p_organization_id, ARRAY[v.gift_id]);
    END LOOP;
    PERFORM crm_code.expect_payments(p_organization_id, ARRAY(SELECT x.id FROM unnest(v_all) x WHERE x.kind = 'recurring_gift'), p_today);
END
$$;

-- A gift, which is locked, is some of what it was applied to no more; all of it when none is named. Recurring gifts let expect what they do
-- now: a payment of a day that is none of theirs any more stayed for the gift alone. All that it is applied to is held, and what it will be.
CREATE FUNCTION crm_code.take_off(p_organization_id bigint, p_gift_id bigint, p_ids bigint[], p_recurring_ids bigint[],
    p_pledge_ids bigint[], p_today date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_recurring bigint[] := ARRAY(SELECT a.recurring_gift_id FROM crm.applied_gift a WHERE a.organization_id = p_organization_id
        AND a.gift_id = p_gift_id AND (p_ids IS NULL OR a.id = ANY (p_ids)) AND a.recurring_gift_id IS NOT NULL);
BEGIN
    PERFORM crm.hold_promises(p_organization_id, ARRAY[p_gift_id], p_recurring_ids, p_pledge_ids);
    DELETE FROM crm.applied_gift a WHERE a.organization_id = p_organization_id AND a.gift_id = p_gift_id
        AND (p_ids IS NULL OR a.id = ANY (p_ids));
    PERFORM crm_code.expect_payments(p_organization_id, v_recurring, p_today);
END
$$;

-- The currency of what a gift is applied to.
CREATE FUNCTION crm_code.currency_of(p_organization_id bigint, p_kind text, p_id bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE p_kind
        WHEN 'recurring_gift' THEN (SELECT k.currency FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id = p_id)
        WHEN 'pledge' THEN (SELECT k.currency FROM crm.pledge k WHERE k.organization_id = p_organization_id AND k.id = p_id)
        WHEN 'gift_ask' THEN (SELECT k.currency FROM crm.gift_ask k WHERE k.organization_id = p_organization_id AND k.id = p_id)
        WHEN 'planned_gift' THEN (SELECT k.currency FROM crm.planned_gift k WHERE k.organization_id = p_organization_id AND k.id = p_id)
        ELSE (SELECT k.currency FROM crm.grant_award k WHERE k.organization_id = p_organization_id AND k.id = p_id) END;
END
$$;

-- A recurring gift, locked so that a gift may come to pay it: the one that is named, or one of its contact that is yet to be written. What
-- whoever writes a gift locks is locked before it, in the same order: two that pay the same wait for each other and never crosswise.
CREATE FUNCTION crm_code.hold_for_payment(p_organization_id bigint, p_id bigint, p_gift_id bigint) RETURNS crm.recurring_gift
LANGUAGE plpgsql AS $$
DECLARE
    v_contact_id bigint;
    v_gift crm.recurring_gift;
BEGIN
    PERFORM crm_code.keep_tree(p_organization_id);
    PERFORM crm_code.keep_merges(p_organization_id);
    PERFORM platform_code.own_slot(p_organization_id, 1);
    IF p_gift_id IS NOT NULL THEN
        PERFORM crm_code.lock_gifts(p_organization_id, ARRAY[p_gift_id]);
        SELECT * INTO v_gift FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id = p_id FOR NO KEY UPDATE;
        RETURN v_gift;
    END IF;
    v_contact_id := (SELECT k.contact_id FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id = p_id);
    PERFORM crm_code.lock_contacts(p_organization_id, ARRAY[v_contact_id]);
    SELECT * INTO v_gift FROM crm.recurring_gift k WHERE k.organization_id = p_organization_id AND k.id = p_id FOR NO KEY UPDATE;
    IF v_gift.contact_id IS DISTINCT FROM v_contact_id AND v_gift.contact_id IS DISTINCT FROM crm_code.survivor(p_organization_id, v_contact_id)
    THEN
        RAISE serialization_failure USING MESSAGE = 'the recurring gift went to another contact in the same moment';
    END IF;
    RETURN v_gift;
END
$$;
