-- older programs may run on this
--
-- Permission groups of an organization; people who sign in, their memberships, and what they sign in with (decision 32).
--
-- squawk-ignore-file adding-foreign-key-constraint
-- The key is not valid yet, so that no row is looked at; old rows name no group.

-- A named set of scopes. It lives with its organization; keys and memberships name it.
CREATE TABLE platform.permission_group (
    organization_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_key text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name_key)
);
CREATE SEQUENCE platform.permission_group_id_seq OWNED BY platform.permission_group.id;
ALTER TABLE platform.permission_group ALTER COLUMN id SET DEFAULT nextval('platform.permission_group_id_seq');
GRANT USAGE ON SEQUENCE platform.permission_group_id_seq TO almoner_app;
SELECT platform.protect_table('platform.permission_group', 'SELECT, INSERT, DELETE, UPDATE (scopes, modified_at)');

-- Who changed which group, and what it granted from then on (nothing: it was removed).
CREATE TABLE platform.permission_change (
    organization_id bigint NOT NULL,
    id bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    by_whom text NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE SEQUENCE platform.permission_change_id_seq OWNED BY platform.permission_change.id;
ALTER TABLE platform.permission_change ALTER COLUMN id SET DEFAULT nextval('platform.permission_change_id_seq');
GRANT USAGE ON SEQUENCE platform.permission_change_id_seq TO almoner_app;
SELECT platform.protect_table('platform.permission_change', 'SELECT, INSERT');

-- A key grants what its group does, or what it was made with.
ALTER TABLE platform.api_key ADD COLUMN group_id bigint;
ALTER TABLE platform.api_key ADD CONSTRAINT api_key_group_id_fkey
    FOREIGN KEY (organization_id, group_id) REFERENCES platform.permission_group NOT VALID;

-- --- on the first server, beside the directory ---------------------------------------------------------------------

-- Who belongs to an organization. Its id is what the API calls organizationUserId: one for all organizations.
CREATE TABLE platform.membership (
    organization_id bigint NOT NULL,
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    group_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    accepted_at timestamptz,
    disabled_at timestamptz,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, account_id)
);
CREATE SEQUENCE platform.membership_id_seq OWNED BY platform.membership.id;
ALTER TABLE platform.membership ALTER COLUMN id SET DEFAULT nextval('platform.membership_id_seq');
GRANT USAGE ON SEQUENCE platform.membership_id_seq TO almoner_app;
CREATE INDEX membership_account ON platform.membership (account_id);
CREATE INDEX membership_id ON platform.membership (id);
SELECT platform.protect_table('platform.membership', 'SELECT, INSERT, DELETE, UPDATE (group_id, accepted_at, disabled_at)');

-- A person with an address; several organizations may know the same one.
CREATE TABLE platform.account (
    id bigint PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text,
    otp_secret bytea,
    otp_is_on boolean NOT NULL DEFAULT false,
    otp_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CHECK (otp_secret IS NOT NULL OR NOT otp_is_on)
);
CREATE SEQUENCE platform.account_id_seq OWNED BY platform.account.id;
ALTER TABLE platform.account ALTER COLUMN id SET DEFAULT nextval('platform.account_id_seq');
GRANT USAGE ON SEQUENCE platform.account_id_seq TO almoner_app;

-- A link on which a person accepts a membership or sets a new password.
CREATE TABLE platform.invitation (
    hash bytea PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('invitation', 'reset')),
    account_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX invitation_account ON platform.invitation (account_id);

-- One act of signing in, with the organization it works in; its tokens end with it.
CREATE TABLE platform.sign_in (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE SEQUENCE platform.sign_in_id_seq OWNED BY platform.sign_in.id;
ALTER TABLE platform.sign_in ALTER COLUMN id SET DEFAULT nextval('platform.sign_in_id_seq');
GRANT USAGE ON SEQUENCE platform.sign_in_id_seq TO almoner_app;
CREATE INDEX sign_in_account ON platform.sign_in (account_id);
CREATE INDEX sign_in_expires ON platform.sign_in (expires_at);

CREATE TABLE platform.account_token (
    hash bytea PRIMARY KEY,
    sign_in_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('access', 'refresh', 'session')),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX account_token_expires ON platform.account_token (expires_at);

-- How often somebody failed to sign in lately: by account, by address, and by both together. Keys are hashes.
CREATE TABLE platform.sign_in_guard (
    key bytea PRIMARY KEY,
    failures int NOT NULL DEFAULT 0,
    tried_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL DEFAULT '2000-01-01Z',
    succeeded_at timestamptz NOT NULL DEFAULT '2000-01-01Z'
);
CREATE INDEX sign_in_guard_tried ON platform.sign_in_guard (tried_at);

-- What happened to accounts and memberships, when, and by whom.
CREATE TABLE platform.account_change (
    id bigint PRIMARY KEY,
    happened_at timestamptz NOT NULL,
    by_whom text NOT NULL,
    account_id bigint NOT NULL,
    membership_id bigint,
    what text NOT NULL,
    detail text NOT NULL DEFAULT ''
);
CREATE SEQUENCE platform.account_change_id_seq OWNED BY platform.account_change.id;
ALTER TABLE platform.account_change ALTER COLUMN id SET DEFAULT nextval('platform.account_change_id_seq');
GRANT USAGE ON SEQUENCE platform.account_change_id_seq TO almoner_app;
CREATE INDEX account_change_membership ON platform.account_change (membership_id, id);

-- What is nobody's organization is hidden from every transaction that works for one: a mistake there reads no password.
DO $$
DECLARE
    v_right record;
BEGIN
    FOR v_right IN SELECT * FROM (VALUES
        ('account', 'SELECT, INSERT, UPDATE (password_hash, otp_secret, otp_is_on, otp_step)'),
        ('invitation', 'SELECT, INSERT, DELETE'),
        ('sign_in', 'SELECT, INSERT, DELETE, UPDATE (membership_id, expires_at, ended_at)'),
        ('account_token', 'SELECT, INSERT, DELETE, UPDATE (used_at)'),
        ('sign_in_guard', 'SELECT, INSERT, DELETE, UPDATE (failures, tried_at, blocked_until, succeeded_at)'),
        ('account_change', 'SELECT, INSERT')
    ) AS x (name, rights) LOOP
        EXECUTE format('GRANT %s ON platform.%I TO almoner_app', v_right.rights, v_right.name);
        EXECUTE format('ALTER TABLE platform.%I ENABLE ROW LEVEL SECURITY', v_right.name);
        EXECUTE format('CREATE POLICY nobody ON platform.%I USING (platform.tenant() IS NULL)'
            || ' WITH CHECK (platform.tenant() IS NULL)', v_right.name);
    END LOOP;
END
$$;
