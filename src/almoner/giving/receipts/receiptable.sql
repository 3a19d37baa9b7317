-- What a receipt may say of a gift: the one place that knows its columns. Parts are net of what went back; a part of nothing is 0.
CREATE VIEW giving_code.receiptable_gift WITH (security_invoker = true) AS
SELECT g.organization_id, g.id, g.donor_id, g.currency::text AS currency, g.gift_on, g.received_at, g.is_test_mode, g.source_system,
    g.project_ids, g.project_minor, 0::bigint AS premium_minor
FROM giving.gift g;
