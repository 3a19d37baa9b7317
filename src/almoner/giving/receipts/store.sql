-- name: records
SELECT r.*, o.year AS old_year, o.number AS old_number, n.id AS replaced_by_id, l.id AS letter_id, l.state AS letter_state,
    l.reason AS letter_reason, l.address AS letter_address
FROM giving.receipt r
LEFT JOIN giving.receipt o ON o.organization_id = :organization_id AND o.id = r.replaces_id
LEFT JOIN LATERAL (SELECT x.id FROM giving.receipt x
    WHERE x.organization_id = :organization_id AND x.replaces_id = r.id ORDER BY x.id DESC LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT x.id, x.state, x.reason, x.address FROM giving.donor_letter x
    WHERE x.organization_id = :organization_id AND x.receipt_id = r.id ORDER BY x.id DESC LIMIT 1) l ON true
WHERE r.organization_id = :organization_id AND r.id = ANY (:ids);

-- name: chosen
SELECT id FROM giving.receipt
WHERE organization_id = :organization_id AND ((:gift_id)::bigint IS NULL OR gift_id = :gift_id)
    AND ((:donor_id)::bigint IS NULL OR donor_id = :donor_id) AND ((:year)::int IS NULL OR year = :year)
    AND ((:state)::text IS NULL OR state = :state)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: letters
SELECT * FROM giving.donor_letter WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: chosen_letters
SELECT id FROM giving.donor_letter
WHERE organization_id = :organization_id AND ((:state)::text IS NULL OR state = :state)
    AND ((:receipt_id)::bigint IS NULL OR receipt_id = :receipt_id)
ORDER BY {order}
OFFSET :skip LIMIT :take;

-- name: unsent
-- Letters that failed and were not sent again since, the latest first.
SELECT l.id, l.kind, l.receipt_id, l.address, l.reason, l.attempts, l.modified_at, r.year, r.number, r.gift_id
FROM giving.donor_letter l
LEFT JOIN giving.receipt r ON r.organization_id = :organization_id AND r.id = l.receipt_id
WHERE l.organization_id = :organization_id AND l.state = 'failed' AND NOT EXISTS (
    SELECT FROM giving.donor_letter x WHERE x.organization_id = :organization_id AND x.id > l.id
        AND (x.receipt_id = l.receipt_id OR x.statement_id = l.statement_id))
ORDER BY l.id DESC LIMIT :most;

-- name: troubles
SELECT gift_id, reason, noted_at FROM giving.receipt_trouble WHERE organization_id = :organization_id
ORDER BY gift_id DESC LIMIT :most;

-- name: letter_counts
SELECT state, count(*) AS letters FROM giving.donor_letter WHERE organization_id = :organization_id AND state <> 'sent' GROUP BY state;

-- name: waiting_letters^
SELECT count(*) AS letters, min(created_at) AS since,
    (array_agg(reason ORDER BY modified_at DESC) FILTER (WHERE reason IS NOT NULL))[1] AS reason FROM (
    SELECT created_at, reason, modified_at FROM giving.donor_letter WHERE organization_id = :organization_id AND state = 'queued' ORDER BY id LIMIT :most
) l;

-- name: setting^
SELECT * FROM giving.receipt_setting WHERE organization_id = :organization_id;

-- name: add_setting!
INSERT INTO giving.receipt_setting (organization_id, created_at, modified_at, {columns})
VALUES (:organization_id, :now, :now, {values}) ON CONFLICT (organization_id) DO NOTHING;

-- name: change_setting!
UPDATE giving.receipt_setting SET version = version + 1, modified_at = :now, {changes} WHERE organization_id = :organization_id;

-- name: hold_book$
SELECT giving_code.hold_receipt_book(:organization_id, :year);

-- name: facts
SELECT g.id, g.donor_id, g.currency, g.gift_on, g.received_at, g.is_test_mode, g.source_system, g.project_ids, g.project_minor,
    g.status, g.gone_minor, g.premium_minor, g.premium_currency, p.names, p.deductible, d.id AS known_donor_id, d.email, d.title, d.first_name, d.middle_name, d.last_name,
    d.suffix, d.is_organization, d.organization_name, d.address1, d.address2, d.city, d.state, d.postal, d.country,
    r.id AS receipt_id, r.year AS receipt_year, r.number AS receipt_number, r.state AS receipt_state, r.cause AS receipt_cause,
    r.basis AS receipt_basis, coalesce(w.survivor_id, r.donor_id) AS receipt_donor_id
FROM giving_code.receiptable_gift g
LEFT JOIN giving.donor d ON d.organization_id = :organization_id AND d.id = g.donor_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.name ORDER BY i.n) AS names, array_agg(x.is_tax_deductible ORDER BY i.n) AS deductible
    FROM unnest(g.project_ids) WITH ORDINALITY AS i (id, n)
    LEFT JOIN giving.project x ON x.organization_id = :organization_id AND x.id = i.id) p
LEFT JOIN LATERAL (SELECT x.* FROM giving.receipt x
    WHERE x.organization_id = :organization_id AND x.gift_id = g.id ORDER BY x.id DESC LIMIT 1) r ON true
LEFT JOIN giving.donor w ON w.organization_id = :organization_id AND w.id = r.donor_id
WHERE g.organization_id = :organization_id AND g.id = ANY (:ids)
ORDER BY g.id;

-- name: write$
SELECT giving_code.write_receipts(:organization_id, :year, :receipts, :voids, :now);

-- name: note_trouble!
INSERT INTO giving.receipt_trouble AS t (organization_id, gift_id, reason, noted_at)
SELECT :organization_id, x.gift_id, x.reason, :now
FROM jsonb_to_recordset((:troubles)::jsonb) AS x (gift_id bigint, reason text)
ON CONFLICT (organization_id, gift_id) DO UPDATE SET reason = excluded.reason, noted_at = excluded.noted_at;

-- name: due_letters
SELECT organization_id, id FROM giving_code.due_letters(:now, :limit);

-- name: old_letters
SELECT organization_id, id FROM giving_code.old_letters(:now, :before, :limit);

-- name: claim
SELECT id FROM giving_code.claim_letters(:organization_id, :ids, :now, :until) AS id;

-- name: to_send
SELECT l.id, l.kind, l.address, l.content, l.attempts, l.created_at, r.state AS receipt_state, r.year, r.number, r.issued_at, r.said, s.said AS statement_said,
    s.year AS statement_year, s.made_at
FROM giving.donor_letter l
LEFT JOIN giving.receipt r ON r.organization_id = :organization_id AND r.id = l.receipt_id
LEFT JOIN giving.statement s ON s.organization_id = :organization_id AND s.id = l.statement_id
WHERE l.organization_id = :organization_id AND l.id = ANY (:ids)
ORDER BY l.id;

-- name: settle!
UPDATE giving.donor_letter SET state = :state, reason = :reason, due_at = :due_at, modified_at = :now,
    sent_at = CASE WHEN (:state)::text = 'sent' THEN (:now)::timestamptz END,
    attempts = attempts - (:uncounted)::int
WHERE organization_id = :organization_id AND id = :id AND state = 'sending' AND attempts = :attempts;

-- name: waiting_letter$
SELECT l.id FROM giving.donor_letter l
WHERE l.organization_id = :organization_id AND (l.receipt_id = :receipt_id OR l.statement_id = :statement_id)
    AND l.kind = :kind AND l.address = :address AND l.state = 'queued'
ORDER BY l.id LIMIT 1;

-- name: send_again$
INSERT INTO giving.donor_letter (organization_id, kind, receipt_id, statement_id, donor_id, address, content, state, due_at,
    created_at, modified_at)
SELECT :organization_id, l.kind, l.receipt_id, l.statement_id, l.donor_id, :address, l.content, 'queued', :now, :now, :now
FROM giving.donor_letter l WHERE l.organization_id = :organization_id AND l.id = :id AND l.address <> ''
RETURNING id;

-- name: add_letter$
INSERT INTO giving.donor_letter (organization_id, kind, receipt_id, donor_id, address, content, state, due_at, created_at, modified_at)
SELECT :organization_id, 'receipt', r.id, r.donor_id, :address, r.said -> 'letter', 'queued', :now, :now, :now
FROM giving.receipt r WHERE r.organization_id = :organization_id AND r.id = :id AND r.said ? 'letter' FOR SHARE
RETURNING id;

-- name: to_acknowledge^
SELECT id, gift_on FROM giving.gift WHERE organization_id = :organization_id AND id = :id;

-- name: acknowledge!
INSERT INTO giving.gift_acknowledgement (organization_id, gift_id, acknowledged_on, acknowledged_by, note, created_at)
VALUES (:organization_id, :id, :day, :name, :note, :now)
ON CONFLICT (organization_id, gift_id) DO UPDATE SET acknowledged_on = excluded.acknowledged_on,
    acknowledged_by = excluded.acknowledged_by, note = excluded.note;

-- name: acknowledgement^
SELECT * FROM giving.gift_acknowledgement WHERE organization_id = :organization_id AND gift_id = :gift_id;

-- name: receipts_of_year
-- The first receipts of the year of each of these donors, :most of each.
SELECT r.* FROM unnest((:donor_ids)::bigint[]) AS d (id)
CROSS JOIN LATERAL (
    SELECT x.id, x.donor_id, x.year, x.number, x.currency, x.amount_minor, x.deductible_minor, x.gift_on, x.said -> 'projects' AS projects
    FROM giving.receipt x
    WHERE x.organization_id = :organization_id AND x.state = 'issued' AND x.donor_id = d.id
        AND x.gift_on >= make_date((:year)::int, 1, 1) AND x.gift_on < make_date((:year)::int + 1, 1, 1)
    ORDER BY x.gift_on, x.id LIMIT :most) r
ORDER BY r.donor_id, r.gift_on, r.id;

-- name: survivor$
-- The donor that one is by now.
SELECT coalesce(survivor_id, id) FROM giving.donor WHERE organization_id = :organization_id AND id = :donor_id;

-- name: sums_of_year
SELECT donor_id, currency, sum(amount_minor) AS minor, sum(deductible_minor) AS deductible_minor,
    coalesce(sum(amount_minor) FILTER (WHERE deductible_minor IS NULL), 0) AS unknown_minor, count(*) AS gifts
FROM giving.receipt
WHERE organization_id = :organization_id AND state = 'issued' AND donor_id = ANY (:donor_ids)
    AND gift_on >= make_date((:year)::int, 1, 1) AND gift_on < make_date((:year)::int + 1, 1, 1)
GROUP BY donor_id, currency ORDER BY donor_id, currency;

-- name: donors
SELECT d.id, d.email, d.title, d.first_name, d.middle_name, d.last_name, d.suffix, d.is_organization, d.organization_name, d.address1,
    d.address2, d.city, d.state, d.postal, d.country
FROM giving.donor d WHERE d.organization_id = :organization_id AND d.id = ANY (:ids);

-- name: donors_of_year
SELECT DISTINCT donor_id FROM giving.receipt
WHERE organization_id = :organization_id AND state = 'issued' AND donor_id > :after
    AND gift_on >= make_date((:year)::int, 1, 1) AND gift_on < make_date((:year)::int + 1, 1, 1)
ORDER BY donor_id LIMIT :most;

-- name: donor_count_of_year$
SELECT count(DISTINCT donor_id)::int FROM giving.receipt
WHERE organization_id = :organization_id AND state = 'issued'
    AND gift_on >= make_date((:year)::int, 1, 1) AND gift_on < make_date((:year)::int + 1, 1, 1);

-- name: add_run$
INSERT INTO giving.statement_run (organization_id, year, state, is_mailed, mails_again, donor_count, due_at, created_at, modified_at)
VALUES (:organization_id, :year, CASE WHEN (:donor_count)::int = 0 THEN 'done' ELSE 'running' END, :is_mailed, :mails_again, (:donor_count)::int,
    CASE WHEN (:donor_count)::int > 0 THEN (:now)::timestamptz END, :now, :now) RETURNING id;

-- name: runs
SELECT * FROM giving.statement_run WHERE organization_id = :organization_id AND id = ANY (:ids);

-- name: hold_run^
SELECT * FROM giving.statement_run WHERE organization_id = :organization_id AND id = :id AND state = 'running' FOR UPDATE SKIP LOCKED;

-- name: move_run!
UPDATE giving.statement_run SET state = :state, done_count = done_count + :done, failed_count = failed_count + :failed,
    skipped_count = skipped_count + :skipped,
    after_donor_id = :after, due_at = :due_at, trouble = :trouble, modified_at = :now
WHERE organization_id = :organization_id AND id = :id;

-- name: stuck_runs
SELECT year, trouble, modified_at FROM giving.statement_run
WHERE organization_id = :organization_id AND state = 'running' AND trouble IS NOT NULL ORDER BY year;

-- name: due_runs
SELECT organization_id, id FROM giving_code.due_statement_runs(:now, :limit);

-- name: add_statements!
INSERT INTO giving.statement (organization_id, donor_id, year, run_id, said, sums, made_at)
SELECT :organization_id, x.donor_id, :year, :run_id, x.said, x.sums, :now
FROM jsonb_to_recordset((:statements)::jsonb) AS x (donor_id bigint, said jsonb, sums jsonb);

-- name: already_told
-- Donors of these statements to whom they are no news: the latest one that they were sent for the year, or that is on its way, has the same
-- sums. Statements of before sums were kept are known by what their paper says of them.
SELECT s.donor_id
FROM jsonb_to_recordset((:statements)::jsonb) AS x (donor_id bigint, address text)
JOIN giving.statement s ON s.organization_id = :organization_id AND s.run_id = :run_id AND s.donor_id = x.donor_id
CROSS JOIN LATERAL (
    SELECT p.sums, p.said -> 'paper' -> 'totals' AS totals
    FROM giving.statement p
    JOIN giving.donor_letter l ON l.organization_id = :organization_id AND l.statement_id = p.id AND l.state <> 'failed'
    WHERE p.organization_id = :organization_id AND p.donor_id = s.donor_id AND p.year = s.year
    ORDER BY p.id DESC LIMIT 1) t
WHERE x.address IS NOT NULL AND coalesce(t.sums = s.sums, t.totals IS NOT DISTINCT FROM s.said -> 'paper' -> 'totals');

-- name: mail_statements!
INSERT INTO giving.donor_letter (organization_id, kind, statement_id, donor_id, address, content, state, due_at, created_at, modified_at)
SELECT :organization_id, 'statement', s.id, s.donor_id, x.address, s.said -> 'letter', 'queued', :now, :now, :now
FROM jsonb_to_recordset((:statements)::jsonb) AS x (donor_id bigint, address text)
JOIN giving.statement s ON s.organization_id = :organization_id AND s.run_id = :run_id AND s.donor_id = x.donor_id
WHERE x.address IS NOT NULL AND x.donor_id <> ALL ((:but)::bigint[]);

-- name: logo$
SELECT content FROM giving.receipt_logo WHERE organization_id = :organization_id AND digest = :digest;

-- name: add_logo!
INSERT INTO giving.receipt_logo (organization_id, digest, content, created_at) VALUES (:organization_id, :digest, :content, :now)
ON CONFLICT (organization_id, digest) DO NOTHING;
