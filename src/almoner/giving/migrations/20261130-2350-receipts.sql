-- older programs may run on this
--
-- Receipts with numbers that have no gaps, the letters that bring them, and statements of a year (docs/decisions/0039-receipts.md).

ALTER TABLE giving.project ADD COLUMN is_tax_deductible boolean NOT NULL DEFAULT true;
GRANT UPDATE (is_tax_deductible) ON giving.project TO almoner_app;

-- What an organization says on its receipts. Gifts that came before starts_at get none by themselves: an organization that was there
-- before receipts were has written its own for them.
CREATE TABLE giving.receipt_setting (
    organization_id bigint NOT NULL,
    is_automatic boolean NOT NULL DEFAULT true,
    includes_imported boolean NOT NULL DEFAULT false,
    starts_at timestamptz,
    locale text,
    sender_name text,
    sender_email text,
    reply_to text,
    legal_name text,
    address text,
    tax_id text,
    signer_name text,
    signer_title text,
    templates jsonb NOT NULL DEFAULT '{}',
    logo text,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id),
    CHECK (jsonb_typeof(templates) = 'object')
);
INSERT INTO giving.receipt_setting (organization_id, starts_at, created_at, modified_at)
SELECT organization_id, now(), now(), now() FROM platform.organization;
SELECT platform.protect_table('giving.receipt_setting', 'SELECT, INSERT, UPDATE (is_automatic, includes_imported, locale, sender_name,
    sender_email, reply_to, legal_name, address, tax_id, signer_name, signer_title, templates, logo, version, modified_at)');

-- Pictures by what they are made of: what was printed once is printed again with the picture of then.
CREATE TABLE giving.receipt_logo (
    organization_id bigint NOT NULL,
    digest text NOT NULL,
    content bytea NOT NULL CHECK (length(content) <= 65536),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, digest)
);
SELECT platform.protect_table('giving.receipt_logo', 'SELECT, INSERT');

-- The last number of each year. Who writes receipts holds its row to the end of the transaction, and numbers are drawn nowhere else: what is
-- not committed has used none.
CREATE TABLE giving.receipt_book (
    organization_id bigint NOT NULL,
    year int NOT NULL,
    last_number int NOT NULL,
    PRIMARY KEY (organization_id, year)
) WITH (fillfactor = 50);
SELECT platform.protect_table('giving.receipt_book', 'SELECT, INSERT, UPDATE (last_number)');

-- What was said: `said` is printed as it stands, whatever changes since; `basis` is what of the gift it was said of. Only state, reason and
-- times of a receipt change.
CREATE SEQUENCE giving.receipt_id_seq;
CREATE TABLE giving.receipt (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.receipt_id_seq'),
    year int NOT NULL,
    number int NOT NULL CHECK (number > 0),
    gift_id bigint NOT NULL,
    donor_id bigint NOT NULL,
    replaces_id bigint,
    state text NOT NULL CHECK (state IN ('issued', 'void')),
    reason text,
    currency text NOT NULL CHECK (length(currency) = 3),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    deductible_minor bigint NOT NULL CHECK (deductible_minor BETWEEN 0 AND amount_minor),
    gift_on date NOT NULL,
    basis jsonb NOT NULL,
    said jsonb NOT NULL,
    fallback text,
    issued_at timestamptz NOT NULL,
    voided_at timestamptz,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, year, number),
    FOREIGN KEY (organization_id, gift_id) REFERENCES giving.gift,
    FOREIGN KEY (organization_id, replaces_id) REFERENCES giving.receipt,
    CHECK ((state = 'void') = (voided_at IS NOT NULL)),
    CHECK ((state = 'void') = (reason IS NOT NULL))
);
ALTER SEQUENCE giving.receipt_id_seq OWNED BY giving.receipt.id;
-- A gift has one receipt in force.
CREATE UNIQUE INDEX receipt_in_force ON giving.receipt (organization_id, gift_id) WHERE state = 'issued';
CREATE INDEX receipt_gift ON giving.receipt (organization_id, gift_id, id);
CREATE INDEX receipt_donor ON giving.receipt (organization_id, donor_id, gift_on) WHERE state = 'issued';
CREATE INDEX receipt_replaces ON giving.receipt (organization_id, replaces_id) WHERE replaces_id IS NOT NULL;
SELECT platform.protect_table('giving.receipt', 'SELECT, INSERT, UPDATE (state, reason, voided_at, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.receipt_id_seq TO almoner_app;

-- Gifts that no receipt could be written for, with what was wrong; gone once one is.
CREATE TABLE giving.receipt_trouble (
    organization_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    reason text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, gift_id)
);
SELECT platform.protect_table('giving.receipt_trouble', 'SELECT, INSERT, DELETE, UPDATE (reason, noted_at)');

-- A round of statements over all donors who gave in a year: how far it is.
CREATE SEQUENCE giving.statement_run_id_seq;
CREATE TABLE giving.statement_run (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.statement_run_id_seq'),
    year int NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
    is_mailed boolean NOT NULL,
    donor_count int NOT NULL,
    done_count int NOT NULL DEFAULT 0,
    failed_count int NOT NULL DEFAULT 0,
    after_donor_id bigint NOT NULL DEFAULT 0,
    due_at timestamptz,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK ((state = 'running') = (due_at IS NOT NULL))
);
ALTER SEQUENCE giving.statement_run_id_seq OWNED BY giving.statement_run.id;
CREATE UNIQUE INDEX statement_run_at_work ON giving.statement_run (organization_id, year) WHERE state = 'running';
CREATE INDEX statement_run_due ON giving.statement_run (due_at) WHERE due_at IS NOT NULL;
SELECT platform.protect_table('giving.statement_run', 'SELECT, INSERT, UPDATE (state, done_count, failed_count, after_donor_id, due_at,
    modified_at)');
GRANT USAGE ON SEQUENCE giving.statement_run_id_seq TO almoner_app;

-- A statement as it was said on its day.
CREATE SEQUENCE giving.statement_id_seq;
CREATE TABLE giving.statement (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.statement_id_seq'),
    donor_id bigint NOT NULL,
    year int NOT NULL,
    run_id bigint,
    said jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, donor_id) REFERENCES giving.donor,
    FOREIGN KEY (organization_id, run_id) REFERENCES giving.statement_run
);
ALTER SEQUENCE giving.statement_id_seq OWNED BY giving.statement.id;
CREATE INDEX statement_donor ON giving.statement (organization_id, donor_id, year, id);
CREATE UNIQUE INDEX statement_run_donor ON giving.statement (organization_id, run_id, donor_id) WHERE run_id IS NOT NULL;
SELECT platform.protect_table('giving.statement', 'SELECT, INSERT');
GRANT USAGE ON SEQUENCE giving.statement_id_seq TO almoner_app;

-- Letters to donors. `sending` was handed to somebody who has until due_at to say what became of it: after that it is sent again, under
-- the same name.
CREATE SEQUENCE giving.donor_letter_id_seq;
CREATE TABLE giving.donor_letter (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.donor_letter_id_seq'),
    kind text NOT NULL CHECK (kind IN ('receipt', 'void', 'statement')),
    receipt_id bigint,
    statement_id bigint,
    donor_id bigint NOT NULL,
    address text NOT NULL,
    content jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
    reason text,
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz,
    sent_at timestamptz,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, receipt_id) REFERENCES giving.receipt,
    FOREIGN KEY (organization_id, statement_id) REFERENCES giving.statement,
    CHECK ((kind = 'statement') = (statement_id IS NOT NULL)),
    CHECK ((kind <> 'statement') = (receipt_id IS NOT NULL)),
    CHECK ((state IN ('queued', 'sending')) = (due_at IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'failed' OR reason IS NOT NULL)
);
ALTER SEQUENCE giving.donor_letter_id_seq OWNED BY giving.donor_letter.id;
CREATE INDEX donor_letter_due ON giving.donor_letter (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX donor_letter_receipt ON giving.donor_letter (organization_id, receipt_id, id) WHERE receipt_id IS NOT NULL;
CREATE INDEX donor_letter_statement ON giving.donor_letter (organization_id, statement_id) WHERE statement_id IS NOT NULL;
CREATE INDEX donor_letter_unsent ON giving.donor_letter (organization_id, state, id) WHERE state <> 'sent';
SELECT platform.protect_table('giving.donor_letter', 'SELECT, INSERT, UPDATE (state, reason, attempts, due_at, sent_at, modified_at)');
GRANT USAGE ON SEQUENCE giving.donor_letter_id_seq TO almoner_app;

-- A gift that somebody thanked for.
CREATE TABLE giving.gift_acknowledgement (
    organization_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    acknowledged_on date NOT NULL,
    acknowledged_by text NOT NULL,
    note text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, gift_id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES giving.gift
);
SELECT platform.protect_table('giving.gift_acknowledgement', 'SELECT, INSERT, DELETE, UPDATE (acknowledged_on, acknowledged_by, note)');
