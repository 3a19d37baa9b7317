-- name: records
-- With its parts and how the organization's day finds it.
SELECT k.*, crm_code.told_custom_fields(k.organization_id, k.custom_values) AS told_custom_values, parts.designations, parts.is_whole,
    CASE WHEN k.cancelled_at IS NOT NULL THEN 'Cancelled' WHEN k.first_open_on < (:today)::date THEN 'PastDue' ELSE 'UpToDate' END AS status,
    t.name AS segment, t.code AS own_segment_code
FROM crm.recurring_gift k
LEFT JOIN crm.segment t ON t.organization_id = :organization_id AND t.id = k.segment_id
LEFT JOIN (
    SELECT f.id, bool_and(p.id IS NOT NULL) AS is_whole, json_agg(json_build_object('project_id', s.project_id, 'project', p.name, 'project_code', p.project_code,
        'amount_minor', s.amount_minor) ORDER BY s.n)::text AS designations
    FROM crm.recurring_gift f
    CROSS JOIN LATERAL unnest(f.designation_project_ids, f.designation_minor) WITH ORDINALITY AS s (project_id, amount_minor, n)
    LEFT JOIN crm.project p ON p.organization_id = :organization_id AND p.id = s.project_id
    WHERE f.organization_id = :organization_id AND f.id = ANY (:ids) GROUP BY f.id) parts ON parts.id = k.id
WHERE k.organization_id = :organization_id AND k.id = ANY (:ids);

-- name: chosen_of_contact
SELECT id FROM crm.recurring_gift WHERE organization_id = :organization_id AND contact_id = :contact_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: count_of_contact$
SELECT count(*) FROM crm.recurring_gift WHERE organization_id = :organization_id AND contact_id = :contact_id;

-- name: locked^
SELECT * FROM crm.recurring_gift WHERE organization_id = :organization_id AND id = :id FOR NO KEY UPDATE;

-- name: held^
-- Locked for a gift to pay it, in the order in which who writes gifts locks: tree, slot, contacts and the gift come before it.
SELECT (h.gift).* FROM (SELECT crm_code.hold_for_payment(:organization_id, :id, :gift_id) AS gift) h WHERE (h.gift).id IS NOT NULL;

-- name: by_key^
SELECT id, contact_id, amount_minor, currency, started_on FROM crm.recurring_gift
WHERE organization_id = :organization_id AND transaction_source = :source AND transaction_id = :key;

-- name: examined^
-- The projects of a split, and what is wrong with it and with who gives: as of a gift.
SELECT e.project_ids, e.minor, e.segment_code, e.problems::text AS problems FROM crm_code.examine_gifts(:organization_id,
    ARRAY(SELECT g FROM jsonb_populate_recordset(NULL::crm_code.entered_gift, (:gifts)::jsonb) g)) e;

-- name: first_due$
-- The first of its days from a day on.
SELECT (crm_code.due_days(:frequency, :started_on, :from_on, (:from_on)::date + 750, 1))[1];

-- name: expect!
SELECT crm_code.expect_payments(:organization_id, :ids, :today);

-- name: payments
SELECT e.id, e.expected_on, e.expected_minor, e.dismissed_on, g.id AS gift_id, g.contact_id, g.gift_on, g.amount_minor, g.currency,
    k.currency AS of_currency
FROM crm_code.recurring_payment e
JOIN crm.recurring_gift k ON k.organization_id = :organization_id AND k.id = e.recurring_gift_id
LEFT JOIN crm.applied_gift a ON a.organization_id = :organization_id AND a.id = e.link_id
LEFT JOIN crm.gift g ON g.organization_id = :organization_id AND g.id = a.gift_id
WHERE e.organization_id = :organization_id AND e.id = ANY (:ids);

-- name: chosen_payments
SELECT id FROM crm_code.recurring_payment
WHERE organization_id = :organization_id AND recurring_gift_id = :recurring_gift_id AND is_told
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: payment^
SELECT id, recurring_gift_id, dismissed_on, is_expected, link_id FROM crm_code.recurring_payment
WHERE organization_id = :organization_id AND id = :id;

-- name: payment_of_gift$
-- The payment that a gift is of a recurring gift, the one that is named if one is; of several the last.
SELECT max(a.recurring_gift_payment_id) FROM crm.applied_gift a
WHERE a.organization_id = :organization_id AND a.gift_id = :gift_id AND a.recurring_gift_id = :recurring_gift_id
    AND a.recurring_gift_payment_id = coalesce(:payment_id, a.recurring_gift_payment_id);

-- name: dismiss!
UPDATE crm.recurring_gift_payment SET dismissed_on = (:day)::date WHERE organization_id = :organization_id AND id = :id;

-- name: touch$
UPDATE crm.recurring_gift SET version = version + 1, modified_at = :now WHERE organization_id = :organization_id AND id = :id
RETURNING version;

-- name: hold_ahead$
SELECT crm_code.hold_ahead(:organization_id, :after, :today, :most);

-- name: expect_payments$
SELECT crm_code.expect_payments(:organization_id, :ids, :today);

-- name: payments_missing
-- Recurring gifts that lack a payment that is expected by their next day after today. Whatever else is a year ahead comes in time.
SELECT k.id FROM crm.recurring_gift k
WHERE k.organization_id = :organization_id AND k.track_payments AND k.cancelled_at IS NULL AND k.next_expected_on IS NOT NULL
    AND EXISTS (SELECT FROM unnest(crm_code.expected_days(k, (:today)::date)) AS d (day)
        WHERE d.day <= crm_code.due_day(k.frequency, (:today)::date, 1) AND NOT EXISTS (SELECT FROM crm.recurring_gift_payment p
            WHERE p.organization_id = :organization_id AND p.recurring_gift_id = k.id AND p.expected_on = d.day AND p.is_expected))
ORDER BY k.id;
