-- What gifts are applied to, as gifts tell it.
CREATE VIEW crm_code.applied_of_gift WITH (security_invoker = true) AS
SELECT a.organization_id, a.gift_id, a.id AS link_id, a.counted_minor, a.currency AS of_currency, a.gift_ask_id, a.planned_gift_id,
    a.grant_award_id, t.title AS grant_title,
    CASE WHEN a.pledge_id IS NOT NULL THEN 'pledge' WHEN a.recurring_gift_id IS NOT NULL THEN 'recurring_gift' ELSE 'other' END AS kind,
    coalesce(a.pledge_payment_id, a.recurring_gift_payment_id) AS id, coalesce(p.expected_on, r.expected_on) AS expected_on,
    coalesce(p.expected_minor, r.expected_minor) AS expected_minor, r.dismissed_on
FROM crm.applied_gift a
LEFT JOIN crm.pledge_payment p ON p.organization_id = a.organization_id AND p.id = a.pledge_payment_id
LEFT JOIN crm.recurring_gift_payment r ON r.organization_id = a.organization_id AND r.id = a.recurring_gift_payment_id
LEFT JOIN crm.grant_award t ON t.organization_id = a.organization_id AND t.id = a.grant_award_id;
