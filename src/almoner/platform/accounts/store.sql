-- name: account_by_email^
SELECT id, email, name, password_hash, otp_secret, otp_is_on, otp_step FROM platform.account WHERE email_key = :email_key;

-- name: account^
SELECT id, email, name, password_hash, otp_secret, otp_is_on, otp_step FROM platform.account WHERE id = :id;

-- name: accounts
SELECT id, email, name, coalesce(password_hash, '') <> '' AS has_password, otp_is_on FROM platform.account WHERE id = ANY (:ids);

-- name: add_account!
INSERT INTO platform.account (email, email_key, name, created_at) VALUES (:email, :email_key, :name, :now)
ON CONFLICT (email_key) DO NOTHING;

-- name: locked_account^
SELECT password_hash, otp_is_on FROM platform.account WHERE id = :id FOR UPDATE;

-- name: has_still$
SELECT true FROM platform.account WHERE id = :id AND password_hash = :password_hash FOR SHARE;

-- name: set_password!
UPDATE platform.account SET password_hash = :password_hash, otp_secret = CASE WHEN otp_is_on THEN otp_secret END
WHERE id = :id;

-- name: drop_unconfirmed!
UPDATE platform.account SET otp_secret = NULL WHERE id = :id AND NOT otp_is_on AND otp_secret IS NOT NULL;

-- name: set_otp!
UPDATE platform.account SET otp_secret = :secret, otp_is_on = :is_on, otp_step = 0 WHERE id = :id;

-- name: use_step$
UPDATE platform.account SET otp_step = :step, otp_is_on = true
WHERE id = :id AND otp_secret = :secret AND otp_step < :step RETURNING true;

-- name: note!
INSERT INTO platform.account_change (happened_at, by_whom, account_id, membership_id, what, detail)
VALUES (:now, :by, :account_id, :membership_id, :what, :detail);

-- name: changes
SELECT c.happened_at, c.by_whom, c.what, c.detail, a.email
FROM platform.account_change c JOIN platform.account a ON a.id = c.account_id
WHERE c.membership_id = ANY (:ids) ORDER BY c.id;

-- name: new_membership_id$
SELECT nextval('platform.membership_id_seq');

-- name: add_membership$
INSERT INTO platform.membership (organization_id, id, account_id, group_id, created_at)
VALUES (:organization_id, :id, :account_id, :group_id, :now)
ON CONFLICT (organization_id, account_id) DO NOTHING RETURNING id;

-- name: members
SELECT id, account_id, group_id, created_at, accepted_at, disabled_at FROM platform.membership
WHERE organization_id = :organization_id ORDER BY id;

-- name: locked_members
SELECT id, account_id, group_id, created_at, accepted_at, disabled_at FROM platform.membership
WHERE organization_id = :organization_id ORDER BY id FOR UPDATE;

-- name: set_group!
UPDATE platform.membership SET group_id = :group_id WHERE organization_id = :organization_id AND id = :id;

-- name: set_disabled!
UPDATE platform.membership SET disabled_at = :disabled_at WHERE organization_id = :organization_id AND id = :id;

-- name: accept!
UPDATE platform.membership SET accepted_at = coalesce(accepted_at, :now)
WHERE organization_id = :organization_id AND id = :id;

-- name: remove_unaccepted$
DELETE FROM platform.membership WHERE organization_id = :organization_id AND id = :id AND accepted_at IS NULL RETURNING true;

-- name: memberships_of
SELECT m.organization_id, m.id, m.account_id, m.group_id, m.created_at, m.accepted_at, m.disabled_at
FROM platform_code.memberships_of(:account_id) m;

-- name: membership_of^
SELECT m.organization_id, m.id, m.account_id, m.group_id, m.created_at, m.accepted_at, m.disabled_at
FROM platform_code.membership_of(:id) m;

-- name: add_invitation!
INSERT INTO platform.invitation (hash, kind, account_id, membership_id, expires_at)
VALUES (:hash, :kind, :account_id, :membership_id, :expires_at);

-- name: invitation^
SELECT i.kind, i.account_id, i.membership_id, a.email, a.name, a.password_hash IS NOT NULL AS has_password
FROM platform.invitation i JOIN platform.account a ON a.id = i.account_id
WHERE i.hash = :hash AND i.expires_at > :now;

-- name: use_invitation$
DELETE FROM platform.invitation WHERE hash = :hash AND expires_at > :now RETURNING true;

-- name: invited
SELECT membership_id, max(expires_at) AS expires_at FROM platform.invitation
WHERE membership_id = ANY (:ids) AND kind = 'invitation' AND expires_at > :now GROUP BY 1;

-- name: drop_invitations!
DELETE FROM platform.invitation WHERE account_id = :account_id AND (kind = 'reset' OR membership_id = :membership_id);

-- name: drop_resets!
DELETE FROM platform.invitation WHERE account_id = :account_id AND kind = 'reset';

-- name: open_sign_in$
INSERT INTO platform.sign_in (account_id, membership_id, expires_at) VALUES (:account_id, :membership_id, :expires_at)
RETURNING id;

-- name: add_token!
INSERT INTO platform.account_token (hash, sign_in_id, kind, expires_at) VALUES (:hash, :sign_in_id, :kind, :expires_at);

-- name: prolong!
UPDATE platform.sign_in SET expires_at = :expires_at WHERE id = :id;

-- name: token_owner^
SELECT s.id AS sign_in_id, a.id AS account_id, a.email, a.name, m.id AS membership_id, m.organization_id, m.group_id
FROM platform.account_token t
JOIN platform.sign_in s ON s.id = t.sign_in_id
JOIN platform.account a ON a.id = s.account_id
CROSS JOIN LATERAL platform_code.membership_of(s.membership_id) m
WHERE t.hash = :hash AND t.kind = :kind AND t.expires_at > :now AND s.ended_at IS NULL
    AND m.accepted_at IS NOT NULL AND m.disabled_at IS NULL;

-- name: use_refresh$
UPDATE platform.account_token SET used_at = :now
WHERE hash = :hash AND kind = 'refresh' AND used_at IS NULL AND expires_at > :now
RETURNING sign_in_id;

-- name: reused$
SELECT sign_in_id FROM platform.account_token WHERE hash = :hash AND kind = 'refresh' AND used_at IS NOT NULL;

-- name: sign_in^
SELECT s.account_id, s.membership_id, a.email, a.name, a.otp_is_on, a.password_hash, a.otp_secret, a.otp_step
FROM platform.sign_in s JOIN platform.account a ON a.id = s.account_id
CROSS JOIN LATERAL platform_code.membership_of(s.membership_id) m
WHERE s.id = :id AND s.ended_at IS NULL AND m.accepted_at IS NOT NULL AND m.disabled_at IS NULL;

-- name: switch!
UPDATE platform.sign_in SET membership_id = :membership_id WHERE id = :id;

-- name: end_sign_in!
UPDATE platform.sign_in SET ended_at = :now WHERE id = :id AND ended_at IS NULL;

-- name: end_all!
UPDATE platform.sign_in SET ended_at = :now WHERE account_id = :account_id AND ended_at IS NULL;

-- name: end_membership!
UPDATE platform.sign_in SET ended_at = :now
WHERE account_id = :account_id AND membership_id = :membership_id AND ended_at IS NULL;

-- name: forget_tokens!
DELETE FROM platform.account_token WHERE hash IN (
    SELECT hash FROM platform.account_token WHERE expires_at < :now LIMIT 20 FOR UPDATE SKIP LOCKED);

-- name: forget_sign_ins!
DELETE FROM platform.sign_in WHERE id IN (
    SELECT id FROM platform.sign_in WHERE expires_at < :now LIMIT 20 FOR UPDATE SKIP LOCKED);

-- name: guards
SELECT key, greatest(0, extract(epoch FROM blocked_until - now())) AS seconds,
    succeeded_at > now() - interval '30 days' AS is_known
FROM platform.sign_in_guard WHERE key = ANY (:keys);

-- name: fail!
INSERT INTO platform.sign_in_guard AS g (key, failures, tried_at) VALUES (:key, 1, now())
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN g.tried_at < now() - interval '1 day' THEN 1 ELSE g.failures + 1 END,
    tried_at = now(),
    blocked_until = CASE
        WHEN g.tried_at < now() - interval '1 day' OR g.failures + 1 <= (:free)::int THEN g.blocked_until
        ELSE now() + make_interval(secs => least(
            CASE WHEN g.succeeded_at > now() - interval '30 days' THEN least((:most)::int, (:known_most)::int) ELSE (:most)::int END,
            power(2, least(g.failures - (:free)::int, 20))))
    END;

-- name: succeed!
INSERT INTO platform.sign_in_guard AS g (key, tried_at, succeeded_at) VALUES (:key, now(), now())
ON CONFLICT (key) DO UPDATE SET failures = 0, tried_at = now(), blocked_until = now(), succeeded_at = now()
WHERE g.failures > 0 OR g.succeeded_at < now() - interval '1 hour';

-- name: calm!
UPDATE platform.sign_in_guard SET failures = 0, blocked_until = now() WHERE key = :key AND failures > 0;

-- name: forget_guards!
DELETE FROM platform.sign_in_guard WHERE key IN (
    SELECT key FROM platform.sign_in_guard
    WHERE tried_at < now() - interval '2 days' AND succeeded_at < now() - interval '30 days'
    ORDER BY tried_at LIMIT 20 FOR UPDATE SKIP LOCKED);
