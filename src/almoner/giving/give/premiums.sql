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
    INSERT INTO giving.gift_detail (organization_id, gift_id, costs_minor, premium_id, premium_name, premium_currency,
        premium_value_minor, tribute_type, tribute_name, tribute_message, tribute_notify_name, tribute_notify_email,
        tribute_notify_address, gift_aid_requested, billing_name, billing_address1, billing_address2, billing_city, billing_state,
        billing_postal, billing_country, shipping_name, shipping_address1, shipping_address2, shipping_city, shipping_state,
        shipping_postal, shipping_country, submission_url, browser_info, utm_source, utm_medium, utm_campaign, utm_term,
        utm_content, google_gclid)
    SELECT p_organization_id, p_gift_ids[g.ordinality], d.costs_minor, d.premium_id, d.premium_name, d.premium_currency,
        d.premium_value_minor, d.tribute_type, d.tribute_name, d.tribute_message, d.tribute_notify_name, d.tribute_notify_email,
        d.tribute_notify_address, d.gift_aid_requested, d.billing_name, d.billing_address1, d.billing_address2, d.billing_city,
        d.billing_state, d.billing_postal, d.billing_country, d.shipping_name, d.shipping_address1, d.shipping_address2,
        d.shipping_city, d.shipping_state, d.shipping_postal, d.shipping_country, d.submission_url, d.browser_info, d.utm_source,
        d.utm_medium, d.utm_campaign, d.utm_term, d.utm_content, d.google_gclid
    FROM unnest(p_gifts) WITH ORDINALITY AS g
    CROSS JOIN LATERAL jsonb_populate_record(NULL::giving.gift_detail, g.detail) AS d
    WHERE g.detail IS NOT NULL;
    UPDATE giving.premium p SET inventory_count = p.inventory_count - x.n
    FROM (SELECT g.premium_id, count(*)::int AS n FROM unnest(p_gifts) g WHERE g.premium_id IS NOT NULL GROUP BY g.premium_id) x
    WHERE p.organization_id = p_organization_id AND p.id = x.premium_id AND p.inventory_count IS NOT NULL;
END
$$;
