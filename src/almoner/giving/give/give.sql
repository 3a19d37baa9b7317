-- needs: giving/give/ask, giving/give/checks, giving/give/donors, giving/give/figures, giving/give/premiums
--
-- giving_code.give: one call writes a batch of gifts of one organization, donors, splits and events, in one round trip.
--
-- p_gifts is an array of objects (see giving/give/rules.py NewGift). The answer has one row per element:
-- created | replayed (same idempotency or source key, same content) | refused (problems says why; nothing of that
-- gift was written). A unique violation fails the whole call: the caller then sends its elements one by one.
--
-- Locks are taken in one order by everybody: new donors sorted by identity, then known donors sorted by id. The donor
-- row stays locked until commit and event ids are drawn after that, so event order is commit order per donor.

-- What became of a gift, by its place.
CREATE TYPE giving_code.given_gift AS (
    ord int, outcome text, gift_id bigint, donor_id bigint, received_at timestamptz, project_ids bigint[],
    project_minor bigint[], project_names text[], campaign_name text, problems text
);

-- The answers to gifts that are here already, or cannot be. The premiums of the others are locked since: before any donor is.
CREATE FUNCTION giving_code.answers_to(
    p_organization_id bigint, p_asked giving_code.asked_gift[], p_checked giving_code.checked_gift[], p_are_sound boolean
) RETURNS SETOF giving_code.given_gift LANGUAGE plpgsql AS $$
DECLARE
    v_done int[] := '{}';
    r record;
BEGIN
    FOR r IN SELECT * FROM giving_code.known_gifts(p_organization_id, p_asked) LOOP
        v_done := v_done || r.ord;
        RETURN NEXT (r.ord, CASE WHEN r.is_same THEN 'replayed' ELSE 'conflict' END, r.gift_id, r.donor_id, r.received_at,
            NULL, NULL, NULL, NULL, NULL)::giving_code.given_gift;
    END LOOP;
    IF NOT p_are_sound THEN
        RETURN QUERY SELECT c.ord, 'refused', NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::bigint[], NULL::bigint[],
            NULL::text[], NULL::text, c.problems::text
        FROM unnest(p_checked) c WHERE c.problems <> '[]' AND c.ord <> ALL (v_done);
        v_done := v_done || ARRAY(SELECT c.ord FROM unnest(p_checked) c WHERE c.problems <> '[]');
    END IF;
    IF EXISTS (SELECT FROM unnest(p_asked) g WHERE g.premium_id IS NOT NULL) THEN
        RETURN QUERY SELECT x.ord, 'refused', NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::bigint[], NULL::bigint[],
            NULL::text[], NULL::text, giving_code.nothing_left()::text
        FROM unnest(giving_code.hold_premiums(p_organization_id, ARRAY(
            SELECT g FROM unnest(p_asked) g WHERE g.ord <> ALL (v_done)))) AS x (ord);
    END IF;
END
$$;

-- Planning is most of a small batch's cost, so plans are made once per connection. The tables may be empty then, hence
-- no sequential scans: such a plan would go on reading whole tables after they have grown. Unless p_waits, a gift whose donor
-- another transaction holds is `busy`, and nothing of it is written.
CREATE FUNCTION giving_code.give(p_organization_id bigint, p_gifts jsonb, p_waits boolean DEFAULT true)
RETURNS SETOF giving_code.given_gift
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_gifts giving_code.new_gift[];
    v_asked giving_code.asked_gift[];
    v_checked giving_code.checked_gift[];
    v_sound boolean;
    v_done int[] := '{}';
    v_ords int[];
    v_made bigint[];
    v_donor_ids bigint[];
    v_busy bigint[];
    v_gift_ids bigint[];
    r giving_code.given_gift;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    SELECT array_agg(g), array_agg(g.ord), array_agg((g.ord, g.campaign_id, g.projects, g.idempotency_key, g.source_system,
        g.source_key, g.fingerprint, NULL, NULL, NULL, g.premium_id, g.problems, NULL, NULL)::giving_code.asked_gift) INTO v_gifts, v_ords, v_asked
    FROM jsonb_populate_recordset(NULL::giving_code.new_gift, p_gifts) g;
    SELECT array_agg(c), bool_and(c.problems = '[]') INTO v_checked, v_sound
    FROM giving_code.check_gifts(p_organization_id, v_asked) c;
    FOR r IN SELECT * FROM giving_code.answers_to(p_organization_id, v_asked, v_checked, v_sound) LOOP
        v_done := v_done || r.ord;
        RETURN NEXT r;
    END LOOP;
    IF v_done <> '{}' THEN
        SELECT array_agg(g), array_agg(g.ord) INTO v_gifts, v_ords FROM unnest(v_gifts) g WHERE g.ord <> ALL (v_done);
    END IF;
    IF v_gifts IS NOT NULL THEN
        SELECT d.made, d.ids, d.busy INTO v_made, v_donor_ids, v_busy
        FROM giving_code.take_donors(p_organization_id, v_gifts, v_now, p_waits) d;
    END IF;
    IF v_busy <> '{}' THEN
        RETURN QUERY SELECT v_ords[n], 'busy', NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::bigint[], NULL::bigint[],
            NULL::text[], NULL::text, NULL::text FROM generate_subscripts(v_ords, 1) AS n WHERE v_donor_ids[n] = ANY (v_busy);
        SELECT array_agg(v_gifts[n]), array_agg(v_ords[n]), array_agg(v_donor_ids[n]) INTO v_gifts, v_ords, v_donor_ids
        FROM generate_subscripts(v_ords, 1) AS n WHERE v_donor_ids[n] <> ALL (v_busy);
    END IF;
    IF v_gifts IS NULL THEN
        RETURN;
    END IF;
    v_gift_ids := ARRAY(SELECT nextval('giving.gift_id_seq') FROM unnest(v_ords));
    PERFORM giving_code.write_gifts(p_organization_id, v_gifts, v_checked, v_ords, v_gift_ids, v_donor_ids, v_now);
    PERFORM giving_code.count_gifts(p_organization_id, v_gifts, v_gift_ids, v_donor_ids, v_made);
    PERFORM giving_code.keep_payments(p_organization_id, p_gifts, v_ords, v_gift_ids, v_now);
    -- As many new donors as gifts: each has one, and lacks nothing that a gift could bring.
    PERFORM giving_code.announce_gifts(p_organization_id, v_gift_ids, v_donor_ids, v_made,
        CASE cardinality(v_donor_ids) WHEN cardinality(v_made) THEN '{}' ELSE giving_code.complete_donors(
            p_organization_id, v_gifts, v_ords, v_donor_ids, v_made, v_now) END, v_now);
    RETURN QUERY
    SELECT i.ord, 'created', i.gift_id, i.donor_id, v_now, c.project_ids, c.project_minor, c.project_names,
        c.campaign_name, NULL::text
    FROM unnest(v_ords, v_gift_ids, v_donor_ids) AS i (ord, gift_id, donor_id)
    JOIN unnest(v_checked) c ON c.ord = i.ord;
END
$$;

-- The gifts under ids that were drawn after their donors were locked.
CREATE FUNCTION giving_code.write_gifts(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_checked giving_code.checked_gift[], p_ords int[],
    p_gift_ids bigint[], p_donor_ids bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO giving.gift (organization_id, id, donor_id, campaign_id, amount_minor, currency, project_ids,
        project_minor, gift_on, received_at, modified_at, can_sync, is_test_mode, is_anonymous, payment_type,
        payment_info, gateway, transaction_id, authorization_number, segment_code, motivation_code, notes, comment,
        source_system, source_key, idempotency_key, fingerprint, version, segment_id, form_id, account)
    SELECT p_organization_id, i.gift_id, i.donor_id, g.campaign_id, g.amount_minor, g.currency, c.project_ids,
        c.project_minor, g.gift_on, p_now, p_now, c.can_sync, g.is_test_mode, g.is_anonymous, g.payment_type,
        g.payment_info, g.gateway, g.transaction_id, g.authorization_number, g.segment_code, g.motivation_code,
        g.notes, g.comment, g.source_system, g.source_key, g.idempotency_key, decode(g.fingerprint, 'hex'), 1,
        g.segment_id, g.form_id, g.account
    FROM unnest(p_ords, p_gift_ids, p_donor_ids) AS i (ord, gift_id, donor_id)
    JOIN unnest(p_gifts) g ON g.ord = i.ord
    JOIN unnest(p_checked) c ON c.ord = i.ord;
    IF EXISTS (SELECT FROM unnest(p_gifts) g WHERE g.detail IS NOT NULL) THEN
        PERFORM giving_code.keep_details(p_organization_id, p_gifts, p_gift_ids);
    END IF;
END
$$;

-- What happened, donor by donor: a donor before its gifts.
CREATE FUNCTION giving_code.announce_gifts(
    p_organization_id bigint, p_gift_ids bigint[], p_donor_ids bigint[], p_made bigint[], p_changed bigint[],
    p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO giving.event (organization_id, part, key_id, kind, record_id, happened_at, version)
    SELECT p_organization_id, platform.event_part(p_organization_id, e.donor_id), e.donor_id, e.kind, e.record_id, p_now,
        e.version
    FROM (
        SELECT m AS donor_id, 'donor.created' AS kind, m AS record_id, 1 AS version, 0::bigint AS n FROM unnest(p_made) AS m
        UNION ALL
        SELECT d.id, 'donor.updated', d.id, d.version, 0 FROM giving.donor d
        WHERE d.organization_id = p_organization_id AND d.id = ANY (p_changed) AND d.id <> ALL (p_made)
        UNION ALL
        SELECT i.donor_id, 'gift.created', i.gift_id, 1, i.n
        FROM unnest(p_donor_ids, p_gift_ids) WITH ORDINALITY AS i (donor_id, gift_id, n)
    ) e
    ORDER BY e.n;
END
$$;
