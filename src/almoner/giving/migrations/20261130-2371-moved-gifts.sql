-- Gifts move to the donor who gave them, and donors who are one are merged (docs/decisions/0040-donors-whole.md).
--
-- Programs before this one would give to donors that were merged, so they must not start on it.

ALTER TABLE giving.donor ADD COLUMN survivor_id bigint;
ALTER TABLE giving.donor ADD COLUMN was_merged boolean NOT NULL DEFAULT false;

-- Who was merged into whom; `unmerged_at` once it was taken back.
CREATE SEQUENCE giving.donor_merge_id_seq;
CREATE TABLE giving.donor_merge (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.donor_merge_id_seq'),
    duplicate_id bigint NOT NULL,
    survivor_id bigint NOT NULL,
    was_archived boolean NOT NULL,
    merged_at timestamptz NOT NULL,
    merged_by text NOT NULL,
    reason text,
    unmerged_at timestamptz,
    unmerged_by text,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, duplicate_id) REFERENCES giving.donor,
    FOREIGN KEY (organization_id, survivor_id) REFERENCES giving.donor,
    CHECK (duplicate_id <> survivor_id)
);
ALTER SEQUENCE giving.donor_merge_id_seq OWNED BY giving.donor_merge.id;
CREATE UNIQUE INDEX donor_merge_standing ON giving.donor_merge (organization_id, duplicate_id) WHERE unmerged_at IS NULL;
CREATE INDEX donor_merge_survivor ON giving.donor_merge (organization_id, survivor_id);
SELECT platform.protect_table('giving.donor_merge', 'SELECT');
GRANT USAGE ON SEQUENCE giving.donor_merge_id_seq TO almoner_app;

-- Every move of a gift from one donor to another: by hand, or with a merge or its undoing.
CREATE SEQUENCE giving.gift_move_id_seq;
CREATE TABLE giving.gift_move (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.gift_move_id_seq'),
    gift_id bigint NOT NULL,
    from_donor_id bigint NOT NULL,
    to_donor_id bigint NOT NULL,
    merge_id bigint,
    moved_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    reason text,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES giving.gift,
    FOREIGN KEY (organization_id, from_donor_id) REFERENCES giving.donor,
    FOREIGN KEY (organization_id, to_donor_id) REFERENCES giving.donor
);
ALTER SEQUENCE giving.gift_move_id_seq OWNED BY giving.gift_move.id;
CREATE INDEX gift_move_gift ON giving.gift_move (organization_id, gift_id, id);
CREATE INDEX gift_move_from ON giving.gift_move (organization_id, from_donor_id, id);
CREATE INDEX gift_move_to ON giving.gift_move (organization_id, to_donor_id, id);
CREATE INDEX gift_move_merge ON giving.gift_move (organization_id, merge_id) WHERE merge_id IS NOT NULL;
SELECT platform.protect_table('giving.gift_move', 'SELECT');
GRANT USAGE ON SEQUENCE giving.gift_move_id_seq TO almoner_app;

-- A donor is hidden from lists, and shown again.
GRANT UPDATE (is_archived) ON giving.donor TO almoner_app;
