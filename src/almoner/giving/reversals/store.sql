-- name: records
SELECT r.*, g.donor_id, g.currency, p.names AS project_names
FROM giving.reversal r
JOIN giving.gift g ON g.organization_id = :organization_id AND g.id = r.gift_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.name ORDER BY i.n) AS names
    FROM unnest(r.project_ids) WITH ORDINALITY AS i (id, n)
    LEFT JOIN giving.project x ON x.organization_id = :organization_id AND x.id = i.id) p
WHERE r.organization_id = :organization_id AND r.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.reversal WHERE organization_id = :organization_id
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: chosen_in
SELECT id FROM giving.reversal WHERE organization_id = :organization_id AND state = ANY (:states)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: of_gift
SELECT id FROM giving.reversal WHERE organization_id = :organization_id AND gift_id = :gift_id ORDER BY id;

-- name: to_refund^
SELECT g.id, g.currency, g.transaction_id, g.gateway, g.account, g.status FROM giving.gift g
WHERE g.organization_id = :organization_id AND g.id = :gift_id;

-- name: left_of
SELECT project_id, code, code_key, minor, given_minor FROM giving_code.left_of(:organization_id, :gift_id);

-- name: narrow
-- Of what a processor took of a gift, that of which so much was not left then.
SELECT r.* FROM giving.reversal r WHERE r.organization_id = :organization_id AND r.gift_id = :gift_id AND r.said_minor > r.amount_minor
    AND r.state IN ('asked', 'done', 'open', 'lost') ORDER BY r.id;

-- name: has_open_dispute$
SELECT EXISTS (SELECT FROM giving.reversal WHERE organization_id = :organization_id AND gift_id = :gift_id AND state = 'open');

-- name: under_key^
SELECT id, gift_id, state, fingerprint, transaction_id FROM giving.reversal
WHERE organization_id = :organization_id AND idempotency_key = :key AND state <> 'failed';

-- name: of_key^
SELECT gift_id, state FROM giving.reversal WHERE organization_id = :organization_id AND idempotency_key = :key AND state <> 'failed';

-- name: pressing^
-- Refunds that failed since then and were not asked for again, of gifts of which something is left, and disputes that are open: how many, counted up to so many.
SELECT (SELECT count(*) FROM (
        SELECT FROM giving.reversal r
        JOIN giving.gift g ON g.organization_id = :organization_id AND g.id = r.gift_id AND g.reversed_minor < g.amount_minor
        WHERE r.organization_id = :organization_id AND r.state = 'failed' AND r.kind = 'refund' AND r.modified_at >= :since
            AND NOT EXISTS (SELECT FROM giving.reversal x
                WHERE x.organization_id = :organization_id AND x.gift_id = r.gift_id AND x.kind = 'refund' AND x.id > r.id)
        LIMIT :most) f) AS refunds,
    (SELECT count(*) FROM (
        SELECT FROM giving.reversal r WHERE r.organization_id = :organization_id AND r.state = 'open' LIMIT :most) o) AS disputes;

-- name: raw^
SELECT r.* FROM giving.reversal r WHERE r.organization_id = :organization_id AND r.id = :id;

-- name: to_look_for^
SELECT r.gateway, r.gateway_key, g.transaction_id AS payment_id, g.account
FROM giving.reversal r JOIN giving.gift g ON g.organization_id = :organization_id AND g.id = r.gift_id
WHERE r.organization_id = :organization_id AND r.id = :id;

-- name: book^
SELECT id, gift_version FROM giving_code.book_reversal(:organization_id, :row, :now);

-- name: in_seconds$
-- Times of looks are the database's.
SELECT clock_timestamp() + make_interval(secs => (:seconds)::float8);

-- name: facts
SELECT r.id, r.version, r.gift_id, g.donor_id, g.campaign_id, r.amount_minor, g.currency, r.project_minor, p.codes, r.on_day AS on,
    r.reinstated_on, r.created_at, g.can_sync, coalesce(c.can_sync, true) AS campaign_syncs, g.is_test_mode
FROM giving.reversal r
JOIN giving.gift g ON g.organization_id = :organization_id AND g.id = r.gift_id
LEFT JOIN giving.campaign c ON c.organization_id = :organization_id AND c.id = g.campaign_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.code ORDER BY i.n) AS codes
    FROM unnest(r.project_ids) WITH ORDINALITY AS i (id, n)
    JOIN giving.project x ON x.organization_id = :organization_id AND x.id = i.id) p
WHERE r.organization_id = :organization_id AND r.id = ANY (:ids) AND r.version > 0;

-- name: unreadable
-- What is left of reversals of which `facts` says nothing.
SELECT r.id, g.donor_id, r.version, g.currency::text AS currency, r.amount_minor, platform_code.in_time(r.created_at) AS made_at,
    'project_ids' AS lack
FROM giving.reversal r JOIN giving.gift g ON g.organization_id = :organization_id AND g.id = r.gift_id
WHERE r.organization_id = :organization_id AND r.id = ANY (:ids) AND r.version > 0;

-- name: due
SELECT organization_id, id FROM giving_code.due_refunds(:limit, :each);

-- name: claim^
SELECT id, gateway, gateway_key, payment_id, looks, account FROM giving_code.claim_refund(:organization_id, :id, (:lease_seconds)::float8);

-- name: due_words
SELECT organization_id FROM giving_code.due_words(:now, :limit);

-- name: hear$
INSERT INTO giving.processor_word (organization_id, gateway, event_id, kind, state, payment_id, transaction_id, gateway_key, amount_minor,
    currency, happened_at, reason, received_at, look_at)
SELECT :organization_id, w.gateway, w.event_id, w.kind, w.state, w.payment_id, w.transaction_id, w.gateway_key, w.amount_minor, w.currency,
    w.happened_at, w.reason, :now, greatest(w.happened_at, :now)
FROM jsonb_populate_recordset(NULL::giving.processor_word, :words) w
ON CONFLICT DO NOTHING;

-- name: unsettled
-- The words that are due, of all payments or of these alone, and those of the same refund or dispute that are settled: together they say what
-- became of it.
SELECT w.*, g.id AS gift_id, g.currency AS gift_currency FROM (
    SELECT DISTINCT d.gateway, d.kind, d.transaction_id FROM giving.processor_word d
    WHERE d.organization_id = :organization_id AND d.look_at <= :now
        AND ((:payment_ids)::text[] IS NULL OR d.payment_id = ANY ((:payment_ids)::text[]))
    LIMIT :most) due
JOIN giving.processor_word w ON w.organization_id = :organization_id AND w.gateway = due.gateway AND w.kind = due.kind
    AND w.transaction_id = due.transaction_id AND w.happened_at <= greatest(:now, w.received_at)
LEFT JOIN LATERAL (SELECT x.id, x.currency FROM giving.gift x WHERE x.organization_id = :organization_id AND x.transaction_id = w.payment_id
    AND x.gateway = w.gateway ORDER BY x.id LIMIT 1) g ON true
ORDER BY w.gateway, w.kind, w.transaction_id, w.happened_at, w.event_id;

-- name: of_word^
SELECT r.* FROM giving.reversal r WHERE r.organization_id = :organization_id AND r.gift_id = :gift_id AND r.kind = :kind
    AND (r.transaction_id = :transaction_id OR r.gateway_key = (:gateway_key)::uuid)
ORDER BY r.id LIMIT 1;

-- name: has_unnamed_refund$
SELECT EXISTS (SELECT FROM giving.reversal WHERE organization_id = :organization_id AND gift_id = :gift_id AND state = 'asked'
    AND transaction_id IS NULL);

-- name: settle_words$
UPDATE giving.processor_word SET settled_at = :now, look_at = NULL, detail = :detail
WHERE organization_id = :organization_id AND gateway = :gateway AND event_id = ANY (:event_ids) AND settled_at IS NULL;

-- name: keep_words$
UPDATE giving.processor_word SET looks = looks + 1, detail = :detail,
    look_at = (:now)::timestamptz + make_interval(secs => giving_code.backoff(5, looks, 86400, transaction_id))
WHERE organization_id = :organization_id AND gateway = :gateway AND event_id = ANY (:event_ids) AND settled_at IS NULL;

-- name: stuck_refunds
-- Refunds of which nobody found out whether they went: late to be looked at, asked for long ago, or of a gateway that nobody can ask.
SELECT x.gateway, x.is_reached, count(*) AS refunds, min(x.created_at) AS oldest, (array_agg(x.id ORDER BY x.created_at, x.id))[1 : 5] AS oldest_ids
FROM (SELECT r.*, EXISTS (SELECT FROM unnest((:gateways)::text[], (:accounts)::text[]) AS o (gateway, account)
        WHERE o.gateway = r.gateway AND (o.account = g.account) IS NOT FALSE) AS is_reached
    FROM giving.reversal r JOIN giving.gift g ON g.organization_id = :organization_id AND g.id = r.gift_id
    WHERE r.organization_id = :organization_id AND r.state = 'asked') x
WHERE NOT x.is_reached OR x.look_at < :before OR x.transaction_id IS NULL AND x.created_at < :asked_before
GROUP BY x.gateway, x.is_reached ORDER BY x.gateway, x.is_reached;

-- name: waiting_words
SELECT gateway, event_id, kind, state, payment_id, transaction_id, amount_minor, currency, happened_at, received_at, looks, look_at, detail
FROM giving.processor_word WHERE organization_id = :organization_id AND look_at IS NOT NULL ORDER BY look_at, gateway, event_id LIMIT :take;

-- name: overdue_words^
SELECT count(*) AS words, min(received_at) AS oldest FROM giving.processor_word
WHERE organization_id = :organization_id AND look_at IS NOT NULL AND greatest(received_at, happened_at) < :before;
