-- What a receipt may say of a gift: the one place that knows its columns. Parts are net of what went back; a part of nothing is 0. What was given
-- out for it counts in the currency of the gift.
CREATE VIEW giving_code.receiptable_gift WITH (security_invoker = true) AS
SELECT g.organization_id, g.id, g.donor_id, g.currency::text AS currency, g.gift_on, g.received_at, g.is_test_mode, g.source_system,
    g.project_ids, CASE WHEN g.project_reversed_minor IS NULL THEN g.project_minor ELSE ARRAY(
        SELECT s.minor - s.back FROM unnest(g.project_minor, g.project_reversed_minor) WITH ORDINALITY AS s (minor, back, n) ORDER BY s.n)
    END AS project_minor,
    coalesce(e.premium_value_minor, 0) AS premium_minor
FROM giving.gift g
LEFT JOIN giving.gift_detail e ON e.organization_id = g.organization_id AND e.gift_id = g.id AND e.premium_currency = g.currency;
