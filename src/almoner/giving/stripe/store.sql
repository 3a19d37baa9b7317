-- name: account^
SELECT * FROM giving.stripe_account WHERE organization_id = :organization_id;

-- name: set_account!
INSERT INTO giving.stripe_account (organization_id, secret_key, webhook_secret, publishable_key, descriptor_suffix, is_live, account,
    caught_up_at, look_at, created_at, modified_at)
VALUES (:organization_id, :secret_key, :webhook_secret, :publishable_key, :descriptor_suffix, :is_live, :account, :since, :look_at, :now, :now)
ON CONFLICT (organization_id) DO UPDATE SET caught_up_at = least(stripe_account.caught_up_at, excluded.caught_up_at),
    secret_key = excluded.secret_key, webhook_secret = excluded.webhook_secret,
    publishable_key = excluded.publishable_key, descriptor_suffix = excluded.descriptor_suffix, is_live = excluded.is_live,
    account = excluded.account, is_claimed = false, asked_upto = NULL, read_upto = NULL, modified_at = excluded.modified_at;

-- name: in_seconds$
-- Times of looks are the database's.
SELECT clock_timestamp() + make_interval(secs => (:seconds)::float8);

-- name: still_open^
SELECT (SELECT count(*) FROM giving.payment_intent i WHERE i.organization_id = :organization_id AND i.gateway = 'Stripe'
        AND i.look_at IS NOT NULL AND giving_code.is_open(i)) AS payments,
    (SELECT count(*) FROM giving.reversal r WHERE r.organization_id = :organization_id AND r.gateway = 'Stripe' AND r.state = 'asked') AS refunds,
    (SELECT count(*) FROM giving.stripe_event e WHERE e.organization_id = :organization_id AND e.state = 'waiting') AS events;

-- name: name_payments!
-- Payments that may be looked at again, and do not say through which account they went.
UPDATE giving.payment_intent SET account = :account
WHERE organization_id = :organization_id AND gateway = 'Stripe' AND account IS NULL AND look_at IS NOT NULL;

-- name: nameless_gifts
-- Gifts that do not say through which account they were paid, and of which refunds are on their way or events wait.
SELECT g.id FROM giving.gift g WHERE g.organization_id = :organization_id AND g.gateway = 'Stripe' AND g.account IS NULL AND g.id IN (
    SELECT r.gift_id FROM giving.reversal r WHERE r.organization_id = :organization_id AND r.gateway = 'Stripe' AND r.state = 'asked'
    UNION ALL
    SELECT x.id FROM giving.stripe_event e JOIN giving.gift x ON x.organization_id = :organization_id AND x.transaction_id = e.payment_id
    WHERE e.organization_id = :organization_id AND e.state = 'waiting');

-- name: name_gifts!
UPDATE giving.gift SET account = :account WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: remove_account$
DELETE FROM giving.stripe_account WHERE organization_id = :organization_id RETURNING true;

-- name: receive!
INSERT INTO giving.stripe_event (organization_id, event_id, kind, object_id, payment_id, is_live, happened_at, received_at, state, detail,
    look_at, settled_at)
SELECT :organization_id, n.event_id, n.kind, n.object_id, n.payment_id, n.is_live, n.happened_at, :now, n.state, n.detail,
    CASE n.state WHEN 'waiting' THEN (:look_at)::timestamptz END, CASE n.state WHEN 'waiting' THEN NULL ELSE (:now)::timestamptz END
FROM jsonb_populate_recordset(NULL::giving.stripe_event, :notices) n
ON CONFLICT DO NOTHING;

-- name: due_events
SELECT organization_id, id FROM giving_code.due_stripe_events(:limit, :each);

-- name: due_accounts
SELECT organization_id FROM giving_code.due_stripe_accounts(:limit);

-- name: claim_event^
SELECT * FROM giving_code.claim_stripe_event(:organization_id, :id, (:lease_seconds)::float8);

-- name: claim_account^
SELECT caught_up_at, asked_upto, read_upto, set_up_at FROM giving_code.claim_stripe_account(:organization_id, (:seconds)::float8);

-- name: caught_up!
-- Of the account that was set up then: of another one that took its place nothing was asked.
UPDATE giving.stripe_account SET caught_up_at = greatest(caught_up_at, :upto), look_at = :look_at, asked_upto = NULL, read_upto = NULL
WHERE organization_id = :organization_id AND modified_at = :set_up_at;

-- name: keep_place!
-- How far the events of the account that was set up then were read, of those until asked_upto; null for from the beginning.
UPDATE giving.stripe_account SET asked_upto = :asked_upto, read_upto = :read_upto, look_at = coalesce(:look_at, look_at)
WHERE organization_id = :organization_id AND modified_at = :set_up_at;

-- name: has_gifts$
SELECT EXISTS (SELECT FROM giving.gift WHERE organization_id = :organization_id AND gateway = 'Stripe');

-- name: paid^
-- Of the gift of a payment: through which account it was paid, and whether the payment failed after it was taken.
SELECT g.account, giving_code.has_failed(:organization_id, g.id) AS has_failed
FROM giving.gift g WHERE g.organization_id = :organization_id AND g.transaction_id = :payment_id AND g.gateway = 'Stripe'
ORDER BY has_failed DESC LIMIT 1;

-- name: intent_state$
SELECT state FROM giving.payment_intent WHERE organization_id = :organization_id AND gateway_key = (:gateway_key)::uuid;

-- name: look_again$
SELECT giving_code.look_for_stray(:organization_id, (:gateway_key)::uuid);

-- name: settle_event!
UPDATE giving.stripe_event SET state = :state, detail = :detail, settled_at = :now, look_at = NULL
WHERE organization_id = :organization_id AND id = :id;

-- name: keep_event!
UPDATE giving.stripe_event SET detail = :detail, look_at = (:now)::timestamptz + make_interval(secs => giving_code.backoff(5, looks, 3600, event_id))
WHERE organization_id = :organization_id AND id = :id AND state = 'waiting';

-- name: read_upto!
-- An event whose lines come on many pages has got on: its looks that came to nothing are over.
UPDATE giving.stripe_event SET read_upto = :read_upto, looks = 0
WHERE organization_id = :organization_id AND id = :id AND state = 'waiting';

-- name: store_entries!
INSERT INTO giving.stripe_entry AS e (organization_id, transaction_id, kind, source_id, payment_id, amount_minor, fee_minor, net_minor, currency,
    happened_at, payout_id, stored_at)
SELECT :organization_id, n.transaction_id, n.kind, n.source_id, n.payment_id, n.amount_minor, n.fee_minor, n.net_minor, n.currency,
    n.happened_at, n.payout_id, :now
FROM jsonb_populate_recordset(NULL::giving.stripe_entry, :entries) n
ON CONFLICT (organization_id, transaction_id) DO UPDATE SET payment_id = coalesce(excluded.payment_id, e.payment_id),
    payout_id = coalesce(excluded.payout_id, e.payout_id), stored_at = excluded.stored_at;

-- name: store_payout!
INSERT INTO giving.stripe_payout (organization_id, payout_id, state, amount_minor, currency, arrives_on, failure, created_at, modified_at)
SELECT :organization_id, n.payout_id, n.state, n.amount_minor, n.currency, n.arrives_on, n.failure, n.created_at, :now
FROM jsonb_populate_record(NULL::giving.stripe_payout, :payout) n
ON CONFLICT (organization_id, payout_id) DO UPDATE SET state = excluded.state, amount_minor = excluded.amount_minor,
    arrives_on = excluded.arrives_on, failure = excluded.failure, modified_at = excluded.modified_at;

-- name: list_events
SELECT id, event_id, kind, object_id, payment_id, happened_at, received_at, state, detail, looks, look_at
FROM giving.stripe_event WHERE organization_id = :organization_id AND state = ANY (:states) ORDER BY id DESC LIMIT :take;

-- name: count_events
SELECT state, count(*) AS events, min(received_at) AS oldest FROM giving.stripe_event
WHERE organization_id = :organization_id AND state IN ('waiting', 'failed')
GROUP BY state ORDER BY state;

-- name: replay_event$
UPDATE giving.stripe_event SET state = 'waiting', looks = 0, read_upto = NULL, settled_at = NULL, look_at = :look_at
WHERE organization_id = :organization_id AND event_id = :event_id RETURNING id;

-- name: replay_failed
UPDATE giving.stripe_event SET state = 'waiting', looks = 0, read_upto = NULL, settled_at = NULL, look_at = :look_at
WHERE organization_id = :organization_id AND state = 'failed' RETURNING id;

-- name: list_payouts
SELECT p.payout_id, p.state, p.amount_minor, p.currency, p.arrives_on, p.failure, e.entries, e.net_minor, e.fee_minor
FROM (SELECT x.* FROM giving.stripe_payout x WHERE x.organization_id = :organization_id
    ORDER BY x.arrives_on DESC, x.payout_id DESC LIMIT :take) p
CROSS JOIN LATERAL (SELECT count(*) AS entries, coalesce(sum(e.net_minor) FILTER (WHERE e.kind <> 'payout'), 0)::bigint AS net_minor,
        coalesce(sum(e.fee_minor), 0)::bigint AS fee_minor
    FROM giving.stripe_entry e WHERE e.organization_id = :organization_id AND e.payout_id = p.payout_id) e
ORDER BY p.arrives_on DESC, p.payout_id DESC;

-- name: forget_events
-- A portion of those that are done with; what failed stays for somebody to look at.
DELETE FROM giving.stripe_event WHERE organization_id = :organization_id AND id IN (
    SELECT id FROM giving.stripe_event WHERE organization_id = :organization_id AND state IN ('acted', 'ignored')
        AND settled_at < :before ORDER BY settled_at LIMIT :most)
RETURNING id;

-- name: is_claimed$
SELECT is_claimed FROM giving.stripe_account WHERE organization_id = :organization_id;

-- name: claimed!
UPDATE giving.stripe_account SET is_claimed = :is_claimed WHERE organization_id = :organization_id;

-- name: known!
-- Of the account that was set up then: it is claimed, and which one it is, where that was not known.
UPDATE giving.stripe_account SET is_claimed = true, account = coalesce(account, :account)
WHERE organization_id = :organization_id AND modified_at = :set_up_at;

-- name: claimed_names$
SELECT giving_code.claimed_stripe_names(:organization_id);

-- name: hold_claims!
-- Nobody else sets up or takes away the account of this organization meanwhile.
SELECT pg_advisory_xact_lock(hashtextextended('giving.stripe_claim', (:organization_id)::bigint));

-- name: claim$
SELECT giving_code.claim_stripe_names(:organization_id, (:names)::text[], :now);

-- name: claimants$
SELECT giving_code.stripe_claimants(:organization_id, (:names)::text[], :before);

-- name: drop_claims!
SELECT giving_code.drop_stripe_claims(:organization_id, (:names)::text[], :before);

-- name: is_taken$
SELECT giving_code.are_stripe_names_taken(:organization_id, (:names)::text[]);

-- name: keep!
SELECT giving_code.keep_stripe_names(:organization_id, (:names)::text[]);
