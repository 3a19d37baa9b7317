-- needs: giving/gone
--
-- What a receipt may say of a gift: the one place that knows its columns. Parts are net of what went back; a part of nothing is 0. A refund
-- that is only asked for took nothing yet: it may be refused, and the donor would have a letter that says otherwise. `premium_minor` is the
-- worth of what was given out for it, in the premium's currency.
CREATE VIEW giving_code.receiptable_gift WITH (security_invoker = true) AS
SELECT g.organization_id, g.id, g.donor_id, g.currency::text AS currency, g.gift_on, g.received_at, g.is_test_mode, g.source_system,
    g.status, g.reversed_minor - g.reserved_minor AS gone_minor,
    g.project_ids, CASE WHEN g.reversed_minor = g.reserved_minor THEN g.project_minor ELSE ARRAY(
        SELECT s.minor - coalesce(s.back, 0) FROM unnest(g.project_minor, CASE WHEN g.reserved_minor = 0 THEN g.project_reversed_minor
            ELSE giving.parts_back(g.organization_id, g.id, g.project_ids, g.project_minor, giving_code.gone_states()) END)
            WITH ORDINALITY AS s (minor, back, n) ORDER BY s.n)
    END AS project_minor,
    coalesce(e.premium_value_minor, 0) AS premium_minor, e.premium_currency
FROM giving.gift g
LEFT JOIN giving.gift_detail e ON e.organization_id = g.organization_id AND e.gift_id = g.id;
