-- name: records
SELECT * FROM giving.payment_intent WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.payment_intent WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_in
SELECT id FROM giving.payment_intent WHERE organization_id = :organization_id AND state = ANY (:states)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: totals
-- Reads every intent, for the command and the doctor.
SELECT state, currency, count(*) AS payments, sum(amount_minor) AS amount_minor, min(created_at) AS oldest
FROM giving.payment_intent WHERE organization_id = :organization_id GROUP BY state, currency ORDER BY state, currency;

-- name: overdue^
-- Nobody looked, or whoever did failed again and again.
SELECT count(*) AS payments, min(i.created_at) AS oldest, (array_agg(i.id ORDER BY i.created_at, i.id))[1 : 5] AS oldest_ids
FROM giving.payment_intent i
WHERE i.organization_id = :organization_id AND i.look_at IS NOT NULL AND giving_code.is_open(i)
    AND (i.look_at < :before OR i.failed_looks >= 5 AND i.created_at < :before OR i.state <> 'stored' AND i.created_at < :asked_before);

-- name: stranded
SELECT i.gateway, i.account, count(*) AS payments, min(i.created_at) AS oldest, (array_agg(i.id ORDER BY i.created_at, i.id))[1 : 5] AS oldest_ids
FROM giving.payment_intent i
WHERE i.organization_id = :organization_id AND i.look_at IS NOT NULL AND giving_code.is_open(i)
    AND NOT EXISTS (SELECT FROM unnest((:gateways)::text[], (:accounts)::text[]) AS r (gateway, account)
        WHERE r.gateway = i.gateway AND (r.account = i.account) IS NOT FALSE)
GROUP BY i.gateway, i.account ORDER BY i.gateway, i.account;

-- name: decline$
SELECT giving_code.decline_payment(:organization_id, :id, :detail);

-- name: give_up$
SELECT giving_code.give_up_payment(:organization_id, :id, :transaction_id, :detail);

-- name: wait_for_donor$
SELECT giving_code.wait_for_donor(:organization_id, :id, :transaction_id, (:seconds)::float8);

-- name: due
SELECT organization_id, id FROM giving_code.due_payments(:limit, :each);

-- name: claim^
SELECT id, state, gateway, gateway_key, transaction_id, created_at, account, has_failed, claimed_until
FROM giving_code.claim_payment(:organization_id, :id, (:lease_seconds)::float8);

-- name: looked$
SELECT giving_code.payment_looked_at(:organization_id, :id, :claimed_until, :given_back, :looks_max, (:settle_seconds)::float8);
