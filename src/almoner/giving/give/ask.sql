-- needs: giving/give/checks, giving/give/premiums
--
-- giving_code.ask: before a gateway is asked for the payments of a batch of gifts, refuse what can be refused, answer what was
-- answered before, and store an intent for each that goes on. One round trip; what it decides, giving_code.give decides again for good.
--
-- p_gifts is an array of objects (see giving/give/rules.py NewGift.asking). The answer has a row for each element:
-- asked (the intent, and the key that the gateway is to know it by) | replayed | conflict | refused | settling (an earlier request's
-- payment is about to be given back) | named (its segment_key is that of a segment, which decides where the gift belongs: ask again with that,
-- and without the key; nothing was stored).

-- What is answered of a gift before it is paid, by its place.
CREATE TYPE giving_code.asked_answer AS (
    ord int, outcome text, gift_id bigint, intent_id bigint, gateway_key uuid, problems text, segment text
);

-- Take over the open intents that earlier requests under the same keys have made.
CREATE FUNCTION giving_code.join_intents(
    p_organization_id bigint, p_gifts giving_code.asked_gift[], p_settle_seconds float8
) RETURNS SETOF giving_code.asked_answer LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_ords int[];
    v_ids bigint[];
    v_same boolean[];
    v_gateways text[];
    v_accounts text[];
BEGIN
    SELECT array_agg(x.ord), array_agg(x.id), array_agg(x.is_same), array_agg(x.gateway), array_agg(x.account)
    INTO v_ords, v_ids, v_same, v_gateways, v_accounts FROM (
        SELECT g.ord, g.gateway, g.account, max(k.id) AS id, bool_and(k.fingerprint = decode(g.fingerprint, 'hex')) AS is_same
        FROM unnest(p_gifts) g
        LEFT JOIN LATERAL (
            SELECT i.id, i.fingerprint FROM giving.payment_intent i WHERE i.organization_id = p_organization_id
                AND i.state = 'asked' AND i.idempotency_key = g.idempotency_key
            UNION
            SELECT i.id, i.fingerprint FROM giving.payment_intent i WHERE i.organization_id = p_organization_id
                AND i.state = 'asked' AND i.source_system = g.source_system AND i.source_key = g.source_key) k ON true
        GROUP BY g.ord, g.gateway, g.account) x;
    UPDATE giving.payment_intent i
    SET asked = i.asked + 1, look_at = v_now + make_interval(secs => p_settle_seconds), modified_at = v_now
    FROM unnest(v_ids, v_same, v_gateways, v_accounts) AS w (id, is_same, gateway, account)
    WHERE i.organization_id = p_organization_id AND i.id = ANY (v_ids) AND i.id = w.id AND w.is_same AND i.gateway = w.gateway
        AND (i.account IS NULL OR i.account = w.account)  -- one that does not say which it is may be another
        AND i.state = 'asked' AND i.look_at > v_now;
    RETURN QUERY
    SELECT w.ord, CASE WHEN NOT w.is_same THEN 'conflict' WHEN i.id IS NULL THEN 'settling' ELSE 'asked' END, NULL::bigint, i.id,
        i.gateway_key, NULL::text, NULL::text
    FROM unnest(v_ords, v_ids, v_same) AS w (ord, id, is_same)
    LEFT JOIN LATERAL (SELECT x.id, x.gateway_key FROM giving.payment_intent x WHERE x.organization_id = p_organization_id
        AND x.id = w.id AND x.state = 'asked' AND x.modified_at = v_now LIMIT 1) i ON true;
END
$$;

-- Intents that were just stored beside a gift that another request stored in the same moment come to nothing; the gift answers.
CREATE FUNCTION giving_code.forget_late_intents(p_organization_id bigint, p_gifts giving_code.asked_gift[], p_ids bigint[])
RETURNS SETOF giving_code.asked_answer LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_id bigint;
    r record;
BEGIN
    FOR r IN SELECT k.ord, k.is_same, k.gift_id FROM giving_code.known_gifts(p_organization_id, p_gifts) k LOOP
        v_id := p_ids[(SELECT g.ordinality FROM unnest(p_gifts) WITH ORDINALITY AS g WHERE g.ord = r.ord)];
        UPDATE giving.payment_intent i SET state = 'cancelled', look_at = NULL, modified_at = v_now,
            detail = 'Another request stored the gift in the same moment, so the gateway was not asked.'
        WHERE i.organization_id = p_organization_id AND i.id = v_id AND i.state = 'asked';
        RETURN NEXT (r.ord, CASE WHEN r.is_same THEN 'replayed' ELSE 'conflict' END, r.gift_id, NULL, NULL,
            NULL, NULL)::giving_code.asked_answer;
    END LOOP;
END
$$;

-- Store an intent for each gift that has none under its keys, and take over those that are there.
CREATE FUNCTION giving_code.store_intents(
    p_organization_id bigint, p_gifts giving_code.asked_gift[], p_settle_seconds float8
) RETURNS SETOF giving_code.asked_answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := clock_timestamp();
    v_ids bigint[] := ARRAY(SELECT nextval('giving.payment_intent_id_seq') FROM unnest(p_gifts));
    v_keys uuid[] := ARRAY(SELECT gen_random_uuid() FROM unnest(p_gifts));
    v_done int[] := '{}';
    v_others int[] := '{}';
    v_made int;
    v_gift_id bigint;
    v_outcome text;
    r giving_code.asked_answer;
BEGIN
    INSERT INTO giving.payment_intent (organization_id, id, state, gateway, gateway_key, amount_minor, currency,
        idempotency_key, source_system, source_key, fingerprint, look_at, created_at, modified_at, account)
    SELECT p_organization_id, v_ids[g.ordinality], 'asked', g.gateway, v_keys[g.ordinality], g.amount_minor, g.currency,
        g.idempotency_key, g.source_system, g.source_key, decode(g.fingerprint, 'hex'),
        v_now + make_interval(secs => p_settle_seconds), v_now, v_now, g.account
    FROM unnest(p_gifts) WITH ORDINALITY AS g
    ORDER BY g.idempotency_key, g.ordinality
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_made = ROW_COUNT;
    IF v_made < cardinality(v_ids) THEN
        v_others := ARRAY(SELECT n FROM generate_subscripts(p_gifts, 1) AS n WHERE NOT EXISTS (
            SELECT FROM giving.payment_intent i WHERE i.organization_id = p_organization_id AND i.id = v_ids[n]));
    END IF;
    FOR r IN SELECT * FROM giving_code.forget_late_intents(p_organization_id, p_gifts, v_ids) LOOP
        v_done := v_done || r.ord;
        RETURN NEXT r;
    END LOOP;
    FOR r IN SELECT * FROM giving_code.join_intents(p_organization_id, ARRAY(SELECT p_gifts[n] FROM unnest(v_others) AS n
        WHERE (p_gifts[n]).ord <> ALL (v_done)), p_settle_seconds)
    LOOP
        v_done := v_done || r.ord;
        IF r.outcome = 'settling' THEN
            -- Its intent was asked for a moment ago: it may have its gift by now.
            SELECT k.gift_id, CASE WHEN k.is_same THEN 'replayed' ELSE 'conflict' END INTO v_gift_id, v_outcome
            FROM giving_code.known_gifts(p_organization_id, ARRAY(SELECT g FROM unnest(p_gifts) g WHERE g.ord = r.ord)) k LIMIT 1;
            IF FOUND THEN
                r := (r.ord, v_outcome, v_gift_id, NULL, NULL, NULL, NULL)::giving_code.asked_answer;
            END IF;
        END IF;
        RETURN NEXT r;
    END LOOP;
    RETURN QUERY SELECT g.ord, 'asked', NULL::bigint, v_ids[g.ordinality], v_keys[g.ordinality], NULL::text, NULL::text
    FROM unnest(p_gifts) WITH ORDINALITY AS g WHERE g.ord <> ALL (v_done);
END
$$;

-- The segments whose keys gifts name, by their places.
CREATE FUNCTION giving_code.named_segments(p_organization_id bigint, p_gifts giving_code.asked_gift[])
RETURNS TABLE (ord int, segment text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT g.ord, jsonb_build_object('id', s.id, 'campaign_id', s.campaign_id, 'code', s.code, 'code_key', s.code_key)::text
    FROM unnest(p_gifts) g
    CROSS JOIN LATERAL (SELECT k.id, k.campaign_id, k.code, k.code_key FROM giving.segment k
        WHERE k.organization_id = p_organization_id AND k.code_key = g.segment_key LIMIT 1) s;
END
$$;

-- The answer to each, and an intent for those that go on.
CREATE FUNCTION giving_code.ask(p_organization_id bigint, p_gifts jsonb, p_settle_seconds float8)
RETURNS SETOF giving_code.asked_answer LANGUAGE plpgsql AS $$
DECLARE
    v_gifts giving_code.asked_gift[];
    v_done int[] := '{}';
    r record;
BEGIN
    PERFORM set_config('almoner.organization_id', p_organization_id::text, true);
    v_gifts := ARRAY(SELECT g FROM jsonb_populate_recordset(NULL::giving_code.asked_gift, p_gifts) g);
    FOR r IN SELECT k.ord, k.is_same, k.gift_id FROM giving_code.known_gifts(p_organization_id, v_gifts) k LOOP
        v_done := v_done || r.ord;
        RETURN NEXT (r.ord, CASE WHEN r.is_same THEN 'replayed' ELSE 'conflict' END, r.gift_id, NULL, NULL,
            NULL, NULL)::giving_code.asked_answer;
    END LOOP;
    IF EXISTS (SELECT FROM unnest(v_gifts) g WHERE g.segment_key IS NOT NULL) THEN
        FOR r IN SELECT n.ord, n.segment FROM giving_code.named_segments(p_organization_id, v_gifts) n WHERE n.ord <> ALL (v_done) LOOP
            v_done := v_done || r.ord;
            RETURN NEXT (r.ord, 'named', NULL, NULL, NULL, NULL, r.segment)::giving_code.asked_answer;
        END LOOP;
    END IF;
    FOR r IN SELECT c.ord, c.problems FROM giving_code.check_gifts(p_organization_id, v_gifts) c
        WHERE c.problems <> '[]' AND c.ord <> ALL (v_done)
    LOOP
        v_done := v_done || r.ord;
        RETURN NEXT (r.ord, 'refused', NULL, NULL, NULL, r.problems::text, NULL)::giving_code.asked_answer;
    END LOOP;
    IF EXISTS (SELECT FROM unnest(v_gifts) g WHERE g.premium_id IS NOT NULL) THEN
        FOR r IN SELECT x.ord FROM unnest(giving_code.asked_in_vain(p_organization_id, v_gifts)) AS x (ord)
            WHERE x.ord <> ALL (v_done)
        LOOP
            v_done := v_done || r.ord;
            RETURN NEXT (r.ord, 'refused', NULL, NULL, NULL, giving_code.nothing_left()::text, NULL)::giving_code.asked_answer;
        END LOOP;
    END IF;
    IF v_done <> '{}' THEN
        v_gifts := ARRAY(SELECT g FROM unnest(v_gifts) g WHERE g.ord <> ALL (v_done));
    END IF;
    RETURN QUERY SELECT * FROM giving_code.store_intents(p_organization_id, v_gifts, p_settle_seconds);
END
$$;

-- The intents of gifts that were just written have their gifts. One that is no longer asked for is being given back: then nothing of
-- the batch is written, and each of its gifts comes again alone.
CREATE FUNCTION giving_code.keep_payments(
    p_organization_id bigint, p_gifts jsonb, p_ords int[], p_gift_ids bigint[], p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[];
    v_gift_ids bigint[];
    v_transactions text[];
    v_kept int;
BEGIN
    SELECT array_agg(g.intent_id), array_agg(p_gift_ids[array_position(p_ords, g.ord)]), array_agg(g.transaction_id)
    INTO v_ids, v_gift_ids, v_transactions
    FROM jsonb_to_recordset(p_gifts) AS g (ord int, intent_id bigint, transaction_id text)
    WHERE g.intent_id IS NOT NULL AND g.ord = ANY (p_ords);
    UPDATE giving.payment_intent i
    SET state = 'stored', gift_id = w.gift_id, transaction_id = w.transaction_id, modified_at = p_now,
        look_at = CASE WHEN i.asked > 1 THEN i.look_at END
    FROM unnest(v_ids, v_gift_ids, v_transactions) AS w (id, gift_id, transaction_id)
    WHERE i.organization_id = p_organization_id AND i.id = ANY (v_ids) AND i.id = w.id AND i.state = 'asked';
    GET DIAGNOSTICS v_kept = ROW_COUNT;
    IF v_kept < cardinality(v_ids) THEN
        RAISE EXCEPTION USING ERRCODE = 'ALM01', MESSAGE = 'the payment of a gift is being given back';
    END IF;
END
$$;
