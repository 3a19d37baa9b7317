-- Campaigns, communications and segments; which projects belong to which campaign, and since when: docs/decisions/0029.
--
-- Programs before this one must not start on it: they would write gifts without their segments.

CREATE SEQUENCE crm.campaign_id_seq;
GRANT USAGE ON SEQUENCE crm.campaign_id_seq TO almoner_app;
CREATE TABLE crm.campaign (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.campaign_id_seq'),
    name text NOT NULL,
    description text,
    starts_at timestamptz,
    ends_at timestamptz,
    giving_goal_minor bigint,
    new_giver_goal bigint,
    total_gift_goal bigint,
    steps text[] NOT NULL,
    is_archived boolean NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CHECK (ends_at >= starts_at)
);
SELECT platform.protect_table('crm.campaign', 'SELECT, INSERT, UPDATE (name, description, starts_at, ends_at, giving_goal_minor,'
    || ' new_giver_goal, total_gift_goal, steps, is_archived, version, modified_at)');

CREATE SEQUENCE crm.communication_id_seq;
GRANT USAGE ON SEQUENCE crm.communication_id_seq TO almoner_app;
CREATE TABLE crm.communication (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.communication_id_seq'),
    campaign_id bigint NOT NULL,
    name text NOT NULL,
    channel_type text,
    communication_type text,
    step text,
    starts_at timestamptz,
    owner_id bigint,
    giving_goal_minor bigint,
    new_giver_goal bigint,
    internal_cost_minor bigint,
    vendor_cost_minor bigint,
    network_reach bigint,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES crm.campaign
);
CREATE INDEX communication_campaign ON crm.communication (organization_id, campaign_id, id);
SELECT platform.protect_table('crm.communication', 'SELECT, INSERT');

CREATE SEQUENCE crm.segment_id_seq;
GRANT USAGE ON SEQUENCE crm.segment_id_seq TO almoner_app;
CREATE TABLE crm.segment (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.segment_id_seq'),
    communication_id bigint NOT NULL,
    name text NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    description text,
    total_contacts bigint,
    contact_query_id bigint,
    cost_per_contact numeric,
    package_code text,
    package_description text,
    receipt_segment_id bigint,
    segment_organizer_id bigint,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT segment_code_once UNIQUE (organization_id, code_key),
    FOREIGN KEY (organization_id, communication_id) REFERENCES crm.communication
);
CREATE INDEX segment_code_written ON crm.segment (organization_id, lower(code));
CREATE INDEX segment_communication ON crm.segment (organization_id, communication_id, id);
SELECT platform.protect_table('crm.segment', 'SELECT, INSERT, UPDATE (name, code, code_key, description, total_contacts,'
    || ' contact_query_id, cost_per_contact, package_code, package_description, receipt_segment_id, segment_organizer_id, version, modified_at)');

-- A project of a campaign, with all that is below it, from a day until a day, both within; null is no bound.
CREATE SEQUENCE crm.campaign_project_id_seq;
GRANT USAGE ON SEQUENCE crm.campaign_project_id_seq TO almoner_app;
CREATE TABLE crm.campaign_project (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('crm.campaign_project_id_seq'),
    campaign_id bigint NOT NULL,
    project_id bigint NOT NULL,
    from_on date,
    until_on date,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES crm.campaign,
    FOREIGN KEY (organization_id, project_id) REFERENCES crm.project,
    CHECK (until_on >= from_on)
);
CREATE INDEX campaign_project_campaign ON crm.campaign_project (organization_id, campaign_id, project_id);
CREATE INDEX campaign_project_project ON crm.campaign_project (organization_id, project_id);
SELECT platform.protect_table('crm.campaign_project', 'SELECT, INSERT, DELETE, UPDATE (from_on, until_on, version, modified_at)');

-- What follows of memberships and of the tree with its history: the campaigns that reach a project, from a day to before a day.
CREATE TABLE crm.campaign_reach (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    from_on date NOT NULL,
    before_on date NOT NULL,
    PRIMARY KEY (organization_id, project_id, campaign_id, from_on)
);
SELECT platform.protect_table('crm.campaign_reach', 'SELECT');

-- Projects whose gifts have yet to follow what reaches them since: those of the days from the first to before the last, looked through by the
-- ids of their designations, up to `after_id` so far. While a campaign has any, its figures are on their way.
CREATE TABLE crm.campaign_pending (
    organization_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    project_id bigint NOT NULL,
    from_on date NOT NULL,
    before_on date NOT NULL,
    after_id bigint NOT NULL,
    seen_count bigint NOT NULL,
    designation_count bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, project_id)
);
SELECT platform.protect_table('crm.campaign_pending', 'SELECT');

-- What a gift is in a campaign: by its projects, or (`by_segment`) by what its segment says.
CREATE TABLE crm.campaign_part (
    organization_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    by_segment boolean NOT NULL,
    contact_id bigint NOT NULL,
    currency text NOT NULL,
    gift_on date NOT NULL,
    amount_minor bigint NOT NULL,
    gift_count smallint NOT NULL,
    giver_count smallint NOT NULL,
    PRIMARY KEY (organization_id, gift_id, campaign_id, by_segment)
);
CREATE INDEX campaign_part_new_giver ON crm.campaign_part (organization_id, contact_id) WHERE giver_count > 0;
SELECT platform.protect_table('crm.campaign_part', 'SELECT');

-- The sums of these by day. Slots as in crm.project_giving.
CREATE TABLE crm.campaign_giving (
    organization_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    by_segment boolean NOT NULL,
    gift_on date NOT NULL,
    currency text NOT NULL,
    slot smallint NOT NULL,
    given_minor numeric NOT NULL,
    gift_count bigint NOT NULL,
    giver_count bigint NOT NULL,
    PRIMARY KEY (organization_id, campaign_id, by_segment, gift_on, currency, slot)
) WITH (fillfactor = 50);
SELECT platform.protect_table('crm.campaign_giving', 'SELECT');

-- The segment that a gift answers to: that of its `segment_code`, which is null or a code that a source sent where there is none.
ALTER TABLE crm.gift ADD COLUMN segment_id bigint;
