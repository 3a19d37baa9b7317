-- Money of a gift that goes back: refunds, disputes, failures (docs/decisions/0037). The gift carries how much of it is taken back, in
-- all and of each project, so that a CHECK refuses more than was given.
--
-- Programs before this one must not start on it: their sync would pass over what goes back.

ALTER TABLE giving.gift
    ADD COLUMN reversed_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN reserved_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN project_reversed_minor bigint[];

-- Whether no part is negative or more than the part at its place; false for arrays of unequal length.
CREATE FUNCTION giving.are_within(p_parts bigint[], p_of bigint[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF cardinality(p_parts) IS DISTINCT FROM cardinality(p_of) THEN
        RETURN false;
    END IF;
    FOR n IN 1 .. cardinality(p_parts) LOOP
        IF (p_parts[n] BETWEEN 0 AND p_of[n]) IS NOT TRUE THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$;

-- What is taken back is no more than was given, in all and of each part; NULL stands for parts of nothing. What is reserved is asked
-- of a gateway that has not said yes.
ALTER TABLE giving.gift
    ADD CONSTRAINT gift_reversed_within_gift CHECK (
        reversed_minor BETWEEN 0 AND amount_minor AND reserved_minor BETWEEN 0 AND reversed_minor
        AND (project_reversed_minor IS NULL AND reversed_minor = 0 OR project_reversed_minor IS NOT NULL AND reversed_minor > 0
            AND array_ndims(project_reversed_minor) = 1 AND giving.are_within(project_reversed_minor, project_minor)
            AND platform.sum_minor(project_reversed_minor) = reversed_minor)) NOT VALID;

-- A refund is stored before a gateway is asked for it, under the key that the gateway is to know it by (gateway_key). transaction_id is
-- the gateway's own name of a refund or dispute; a failure has that of the payment. on_day: when the money went, and reinstated_on when
-- it came back. said_minor: what the processor took, where that is more than was left of the gift.
CREATE SEQUENCE giving.reversal_id_seq;
CREATE TABLE giving.reversal (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.reversal_id_seq'),
    gift_id bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    project_ids bigint[] NOT NULL,
    project_minor bigint[] NOT NULL,
    said_minor bigint,
    gateway text NOT NULL,
    gateway_key uuid,
    transaction_id text,
    reason text,
    detail text,
    requested_by text,
    idempotency_key text,
    fingerprint bytea,
    on_day date,
    reinstated_on date,
    looks int NOT NULL DEFAULT 0,
    look_at timestamptz,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES giving.gift,
    CONSTRAINT reversal_state CHECK (state = ANY (CASE kind WHEN 'refund' THEN '{asked,done,failed}'::text[]
        WHEN 'dispute' THEN '{open,won,lost}' WHEN 'failure' THEN '{done}' END)),
    CONSTRAINT reversal_is_known CHECK (gateway_key IS NOT NULL OR transaction_id IS NOT NULL),
    CONSTRAINT reversal_has_days CHECK (state IN ('asked', 'failed') OR on_day IS NOT NULL),
    CONSTRAINT reversal_asked_is_looked_at CHECK (state <> 'asked' OR look_at IS NOT NULL OR transaction_id IS NOT NULL),
    CONSTRAINT reversal_projects_sum_to_amount CHECK (
        cardinality(project_ids) = cardinality(project_minor)
        AND cardinality(project_ids) > 0
        AND array_ndims(project_ids) = 1 AND array_ndims(project_minor) = 1
        AND array_position(project_ids, NULL) IS NULL AND array_position(project_minor, NULL) IS NULL
        AND 0 < ALL (project_minor)
        AND platform.sum_minor(project_minor) = amount_minor)
);
ALTER SEQUENCE giving.reversal_id_seq OWNED BY giving.reversal.id;
CREATE INDEX reversal_gift ON giving.reversal (organization_id, gift_id, id);
CREATE UNIQUE INDEX reversal_transaction ON giving.reversal (organization_id, gateway, kind, transaction_id)
    WHERE transaction_id IS NOT NULL;
CREATE UNIQUE INDEX reversal_key ON giving.reversal (organization_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL AND state <> 'failed';
CREATE INDEX reversal_state ON giving.reversal (organization_id, state, id);
CREATE INDEX reversal_look ON giving.reversal (look_at) WHERE look_at IS NOT NULL;
SELECT platform.protect_table('giving.reversal', 'SELECT, INSERT, UPDATE (state, amount_minor, project_ids, project_minor, said_minor,
    transaction_id, reason, detail, on_day, reinstated_on, looks, look_at, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.reversal_id_seq TO almoner_app;

-- What processors said of payments, each by the id of its event there. What is not settled waits: for its gift, or for something to be
-- left of it.
CREATE TABLE giving.processor_word (
    organization_id bigint NOT NULL,
    gateway text NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('refund', 'dispute', 'failure')),
    state text NOT NULL,
    payment_id text NOT NULL,
    transaction_id text NOT NULL,
    gateway_key uuid,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    happened_at timestamptz NOT NULL,
    reason text,
    received_at timestamptz NOT NULL,
    settled_at timestamptz,
    detail text,
    looks int NOT NULL DEFAULT 0,
    look_at timestamptz,
    PRIMARY KEY (organization_id, gateway, event_id),
    CONSTRAINT processor_word_waits CHECK ((settled_at IS NULL) = (look_at IS NOT NULL))
);
CREATE INDEX processor_word_look ON giving.processor_word (look_at) WHERE look_at IS NOT NULL;
SELECT platform.protect_table('giving.processor_word', 'SELECT, INSERT, UPDATE (settled_at, detail, looks, look_at)');

-- Of each part of a split how much its gift's reversals take back; NULL when they take nothing. The last part for a project has all that
-- the others of that project cannot bear, and what is taken of a project that has no part is nowhere: the CHECK of the gift then refuses.
CREATE FUNCTION giving.reversed_parts(p_organization_id bigint, p_gift_id bigint, p_project_ids bigint[], p_project_minor bigint[])
RETURNS bigint[] LANGUAGE sql STABLE AS $$
    WITH taken AS (
        SELECT s.project_id, sum(s.minor)::bigint AS minor FROM giving.reversal r
        CROSS JOIN LATERAL unnest(r.project_ids, r.project_minor) AS s (project_id, minor)
        WHERE r.organization_id = p_organization_id AND r.gift_id = p_gift_id AND r.state IN ('asked', 'done', 'open', 'lost')
        GROUP BY s.project_id)
    SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN array_agg(CASE WHEN t.minor IS NULL THEN 0
        WHEN p.is_last THEN greatest(0, t.minor - p.before) ELSE least(p.minor, greatest(0, t.minor - p.before)) END ORDER BY p.n) END
    FROM (SELECT x.project_id, x.minor, x.n,
            coalesce(sum(x.minor) OVER (PARTITION BY x.project_id ORDER BY x.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
                AS before,
            lead(x.n) OVER (PARTITION BY x.project_id ORDER BY x.n) IS NULL AS is_last
        FROM unnest(p_project_ids, p_project_minor) WITH ORDINALITY AS x (project_id, minor, n)) p
    LEFT JOIN taken t ON t.project_id = p.project_id
$$;

-- However a reversal is written, its gift says at once how much of it is taken back. The gift is locked first: the sums are then those of all
-- who wrote before.
CREATE FUNCTION giving.count_reversal() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM giving.gift g WHERE g.organization_id = NEW.organization_id AND g.id = NEW.gift_id FOR NO KEY UPDATE;
    UPDATE giving.gift g SET reversed_minor = s.reversed, reserved_minor = s.reserved,
        project_reversed_minor = giving.reversed_parts(g.organization_id, g.id, g.project_ids, g.project_minor)
    FROM (SELECT coalesce(sum(r.amount_minor), 0)::bigint AS reversed,
            coalesce(sum(r.amount_minor) FILTER (WHERE r.state = 'asked'), 0)::bigint AS reserved
        FROM giving.reversal r
        WHERE r.organization_id = NEW.organization_id AND r.gift_id = NEW.gift_id AND r.state IN ('asked', 'done', 'open', 'lost')) s
    WHERE g.organization_id = NEW.organization_id AND g.id = NEW.gift_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER reversal_counts AFTER INSERT OR UPDATE OF state, amount_minor, project_ids, project_minor ON giving.reversal FOR EACH ROW EXECUTE FUNCTION giving.count_reversal();

GRANT UPDATE (status, reversed_minor, reserved_minor, project_reversed_minor) ON giving.gift TO almoner_app;
