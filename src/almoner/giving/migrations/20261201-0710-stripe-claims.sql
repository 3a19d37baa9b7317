-- An account at Stripe belongs to one organization of all servers. Only the rows of the first server count, as the directory's do. A name is
-- that of the account with its mode, or the digest of a key to it.
CREATE TABLE giving.stripe_claim (
    name text PRIMARY KEY,
    organization_id bigint NOT NULL,
    claimed_at timestamptz NOT NULL
);
CREATE INDEX stripe_claim_organization ON giving.stripe_claim (organization_id);
SELECT platform.protect_table('giving.stripe_claim', 'SELECT');

-- Whether an account of before was claimed yet.
ALTER TABLE giving.stripe_account ADD COLUMN is_claimed boolean NOT NULL DEFAULT false;
GRANT UPDATE (is_claimed) ON giving.stripe_account TO almoner_app;
