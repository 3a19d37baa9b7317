-- Stripe: the account of an organization, what Stripe says happened, the lines of the account's balance, and what was paid out
-- (docs/decisions/0042).

-- Secrets are sealed (platform/vault.py): they are of no use without a key that is not in the database. Up to caught_up_at all events were
-- asked for; at look_at they are asked for again.
CREATE TABLE giving.stripe_account (
    organization_id bigint PRIMARY KEY,
    secret_key bytea NOT NULL,
    webhook_secret bytea NOT NULL,
    publishable_key text,
    descriptor_suffix text,
    is_live boolean NOT NULL,
    caught_up_at timestamptz NOT NULL,
    look_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL
);
CREATE INDEX stripe_account_look ON giving.stripe_account (look_at);
SELECT platform.protect_table('giving.stripe_account', 'SELECT, INSERT, DELETE, UPDATE (secret_key, webhook_secret, publishable_key,
    descriptor_suffix, is_live, caught_up_at, look_at, modified_at)');

-- Of an event only what it is about: what it says may be stale, and holds personal data.
CREATE SEQUENCE giving.stripe_event_id_seq;
CREATE TABLE giving.stripe_event (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.stripe_event_id_seq'),
    event_id text NOT NULL,
    kind text NOT NULL,
    object_id text NOT NULL,
    payment_id text,
    is_live boolean NOT NULL,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'acted', 'ignored', 'failed')),
    detail text,
    looks int NOT NULL DEFAULT 0,
    look_at timestamptz,
    settled_at timestamptz,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, event_id),
    CONSTRAINT stripe_event_waits CHECK ((state = 'waiting') = (look_at IS NOT NULL))
);
ALTER SEQUENCE giving.stripe_event_id_seq OWNED BY giving.stripe_event.id;
CREATE INDEX stripe_event_look ON giving.stripe_event (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX stripe_event_state ON giving.stripe_event (organization_id, state, id);
SELECT platform.protect_table('giving.stripe_event', 'SELECT, INSERT, UPDATE (state, detail, looks, look_at, settled_at)');
GRANT USAGE ON SEQUENCE giving.stripe_event_id_seq TO almoner_app;

-- Minor units; fees are Stripe's own. payment_id is the payment that the line is about, payout_id the payout that it went with.
CREATE TABLE giving.stripe_entry (
    organization_id bigint NOT NULL,
    transaction_id text NOT NULL,
    kind text NOT NULL,
    source_id text,
    payment_id text,
    amount_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    happened_at timestamptz NOT NULL,
    payout_id text,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, transaction_id),
    CONSTRAINT stripe_entry_net CHECK (net_minor = amount_minor - fee_minor)
);
CREATE INDEX stripe_entry_payment ON giving.stripe_entry (organization_id, payment_id);
CREATE INDEX stripe_entry_payout ON giving.stripe_entry (organization_id, payout_id);
SELECT platform.protect_table('giving.stripe_entry', 'SELECT, INSERT, UPDATE (payment_id, payout_id, stored_at)');

CREATE TABLE giving.stripe_payout (
    organization_id bigint NOT NULL,
    payout_id text NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    arrives_on date NOT NULL,
    failure text,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, payout_id)
);
SELECT platform.protect_table('giving.stripe_payout', 'SELECT, INSERT, UPDATE (state, amount_minor, arrives_on, failure, modified_at)');
