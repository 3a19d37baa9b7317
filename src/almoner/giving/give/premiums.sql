-- needs: giving/give/checks
--
-- Premiums that gifts take out of the stock: never more than there are, however many give at once.

-- Why a gift is refused of whose premium nothing is left.
CREATE FUNCTION giving_code.nothing_left() RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object(
    'field', 'premiumId', 'code', 'OUT_OF_STOCK',
    'message', 'Nothing is left of this premium: leave premiumId out, or choose another premium.'));

-- Before they are paid: gifts of whose premium nothing is left at this moment.
CREATE FUNCTION giving_code.asked_in_vain(p_organization_id bigint, p_gifts giving_code.asked_gift[]) RETURNS int[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(SELECT g.ord FROM unnest(p_gifts) g
        CROSS JOIN LATERAL (SELECT p.inventory_count FROM giving.premium p WHERE p.organization_id = p_organization_id
            AND p.id = g.premium_id LIMIT 1) p
        WHERE g.premium_id IS NOT NULL AND p.inventory_count < 1);
END
$$;

-- Lock the premiums of gifts, before any donor is, in the order that all take; answers the gifts of whose premium nothing is left for them.
CREATE FUNCTION giving_code.hold_premiums(p_organization_id bigint, p_gifts giving_code.asked_gift[]) RETURNS int[]
LANGUAGE plpgsql AS $$
DECLARE
    v_ids bigint[] := ARRAY(SELECT DISTINCT g.premium_id FROM unnest(p_gifts) g WHERE g.premium_id IS NOT NULL);
BEGIN
    PERFORM FROM giving.premium p WHERE p.organization_id = p_organization_id AND p.id = ANY (v_ids)
    ORDER BY p.id FOR NO KEY UPDATE;
    RETURN ARRAY(SELECT x.ord FROM (
        SELECT g.ord, p.inventory_count, row_number() OVER (PARTITION BY g.premium_id ORDER BY g.ord) AS n
        FROM unnest(p_gifts) g
        CROSS JOIN LATERAL (SELECT k.inventory_count FROM giving.premium k WHERE k.organization_id = p_organization_id
            AND k.id = g.premium_id LIMIT 1) p
        WHERE g.premium_id IS NOT NULL) x WHERE x.inventory_count < x.n);
END
$$;

-- What came with gifts that were just written, where something did; their premiums, which are locked, leave the stock. That is no change
-- of a premium: its version stays.
CREATE FUNCTION giving_code.keep_details(
    p_organization_id bigint, p_gifts giving_code.new_gift[], p_gift_ids bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO giving.gift_detail
    SELECT (jsonb_populate_record(NULL::giving.gift_detail, g.detail
        || jsonb_build_object('organization_id', p_organization_id, 'gift_id', p_gift_ids[g.ordinality]))).*
    FROM unnest(p_gifts) WITH ORDINALITY AS g WHERE g.detail IS NOT NULL;
    UPDATE giving.premium p SET inventory_count = p.inventory_count - x.n
    FROM (SELECT g.premium_id, count(*)::int AS n FROM unnest(p_gifts) g WHERE g.premium_id IS NOT NULL GROUP BY g.premium_id) x
    WHERE p.organization_id = p_organization_id AND p.id = x.premium_id AND p.inventory_count IS NOT NULL;
END
$$;
