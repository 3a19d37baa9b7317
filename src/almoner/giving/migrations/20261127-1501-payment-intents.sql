-- older programs may run on this
--
-- What a gateway is asked to take, stored before it is asked (docs/decisions/0017-payment-intents.md). Gifts of before have none, nor have
-- those that a program before this one stores.

CREATE SEQUENCE giving.payment_intent_id_seq;
CREATE TABLE giving.payment_intent (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.payment_intent_id_seq'),
    state text NOT NULL CHECK (state IN ('asked', 'stored', 'declined', 'cancelling', 'cancelled')),
    gateway text NOT NULL,
    gateway_key uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL CHECK (length(currency) = 3),
    idempotency_key text,
    source_system text,
    source_key text,
    fingerprint bytea,
    asked int NOT NULL DEFAULT 1,
    looks int NOT NULL DEFAULT 0,
    look_at timestamptz,
    gift_id bigint,
    transaction_id text,
    given_back text[] NOT NULL DEFAULT '{}',
    detail text,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK ((state = 'stored') = (gift_id IS NOT NULL)),
    CHECK (state NOT IN ('asked', 'cancelling') OR look_at IS NOT NULL)
);
ALTER SEQUENCE giving.payment_intent_id_seq OWNED BY giving.payment_intent.id;
CREATE UNIQUE INDEX payment_intent_key ON giving.payment_intent (organization_id, idempotency_key)
    WHERE state = 'asked' AND idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX payment_intent_source ON giving.payment_intent (organization_id, source_system, source_key)
    WHERE state = 'asked' AND source_key IS NOT NULL;
CREATE INDEX payment_intent_look ON giving.payment_intent (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX payment_intent_without_gift ON giving.payment_intent (organization_id, state, id)
    WHERE state IN ('declined', 'cancelling', 'cancelled');
SELECT platform.protect_table('giving.payment_intent');
REVOKE DELETE ON giving.payment_intent FROM almoner_app;
GRANT USAGE ON SEQUENCE giving.payment_intent_id_seq TO almoner_app;
