-- older programs may run on this
--
-- What gifts are attributed to, and what comes with them: segments, forms, motivation codes, premiums, costs that donors cover:
-- docs/decisions/0038-what-a-gift-carries.md. A program before this one writes gifts without any of it, as all were until now.
--
-- squawk-ignore-file ban-drop-constraint
-- What takes its place says the same, and lets the history of a switch go with its campaign.

CREATE SEQUENCE giving.segment_id_seq;
CREATE TABLE giving.segment (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.segment_id_seq'),
    campaign_id bigint NOT NULL,
    name text NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    description text,
    external_identifier text,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT segment_code_once UNIQUE (organization_id, code_key),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES giving.campaign
);
CREATE INDEX segment_campaign ON giving.segment (organization_id, campaign_id, id);
SELECT platform.protect_table('giving.segment', 'SELECT, INSERT, DELETE, UPDATE (name, code, code_key, description,'
    || ' external_identifier, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.segment_id_seq TO almoner_app;

CREATE SEQUENCE giving.motivation_code_id_seq;
CREATE TABLE giving.motivation_code (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.motivation_code_id_seq'),
    name text NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    description text,
    is_active boolean NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT motivation_code_once UNIQUE (organization_id, code_key)
);
SELECT platform.protect_table('giving.motivation_code', 'SELECT, INSERT, DELETE, UPDATE (name, code, code_key, description,'
    || ' is_active, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.motivation_code_id_seq TO almoner_app;

-- `inventory_count` null: nobody counts them. `fair_value_minor` is what one is worth, in minor units of `currency`.
CREATE SEQUENCE giving.premium_id_seq;
CREATE TABLE giving.premium (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.premium_id_seq'),
    name text NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    description text,
    currency text NOT NULL,
    fair_value_minor bigint NOT NULL CHECK (fair_value_minor >= 0),
    inventory_count int CHECK (inventory_count >= 0),
    is_active boolean NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT premium_code_once UNIQUE (organization_id, code_key)
) WITH (fillfactor = 50);
SELECT platform.protect_table('giving.premium', 'SELECT, INSERT, DELETE, UPDATE (name, code, code_key, description, fair_value_minor,'
    || ' inventory_count, is_active, version, modified_at)');
GRANT USAGE ON SEQUENCE giving.premium_id_seq TO almoner_app;

-- A form offers all active projects where it names none. Its own split is by weights.
CREATE SEQUENCE giving.form_id_seq;
CREATE TABLE giving.form (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.form_id_seq'),
    campaign_id bigint NOT NULL,
    segment_id bigint,
    premium_id bigint,
    name text NOT NULL,
    description text,
    currency text,
    motivation_code text,
    covers_costs boolean NOT NULL,
    is_active boolean NOT NULL,
    offered_project_ids bigint[] NOT NULL,
    split_project_ids bigint[] NOT NULL,
    split_weights int[] NOT NULL,
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES giving.campaign,
    FOREIGN KEY (organization_id, segment_id) REFERENCES giving.segment,
    FOREIGN KEY (organization_id, premium_id) REFERENCES giving.premium,
    CONSTRAINT form_split_has_weights CHECK (cardinality(split_project_ids) = cardinality(split_weights) AND 0 < ALL (split_weights))
);
CREATE INDEX form_campaign ON giving.form (organization_id, campaign_id, id);
CREATE INDEX form_segment ON giving.form (organization_id, segment_id) WHERE segment_id IS NOT NULL;
CREATE INDEX form_premium ON giving.form (organization_id, premium_id) WHERE premium_id IS NOT NULL;
SELECT platform.protect_table('giving.form', 'SELECT, INSERT, DELETE, UPDATE (campaign_id, segment_id, premium_id, name, description,'
    || ' currency, motivation_code, covers_costs, is_active, offered_project_ids, split_project_ids, split_weights, version,'
    || ' modified_at)');
GRANT USAGE ON SEQUENCE giving.form_id_seq TO almoner_app;

ALTER TABLE giving.gift ADD COLUMN segment_id bigint, ADD COLUMN form_id bigint;
ALTER TABLE giving.gift ADD CONSTRAINT gift_segment_id_fkey FOREIGN KEY (organization_id, segment_id) REFERENCES giving.segment NOT VALID,
    ADD CONSTRAINT gift_form_id_fkey FOREIGN KEY (organization_id, form_id) REFERENCES giving.form NOT VALID;
GRANT UPDATE (segment_id) ON giving.gift TO almoner_app;  -- it follows the code when that is corrected

-- What comes with some gifts: a gift without any of it has no row.
CREATE TABLE giving.gift_detail (
    organization_id bigint NOT NULL,
    gift_id bigint NOT NULL,
    costs_minor bigint CHECK (costs_minor > 0),
    premium_id bigint,
    premium_name text,
    premium_currency text,
    premium_value_minor bigint,
    tribute_type text,
    tribute_name text,
    tribute_message text,
    tribute_notify_name text,
    tribute_notify_email text,
    tribute_notify_address text,
    gift_aid_requested boolean,
    billing_name text,
    billing_address1 text,
    billing_address2 text,
    billing_city text,
    billing_state text,
    billing_postal text,
    billing_country text,
    shipping_name text,
    shipping_address1 text,
    shipping_address2 text,
    shipping_city text,
    shipping_state text,
    shipping_postal text,
    shipping_country text,
    submission_url text,
    browser_info jsonb,
    utm_source text,
    utm_medium text,
    utm_campaign text,
    utm_term text,
    utm_content text,
    google_gclid text,
    PRIMARY KEY (organization_id, gift_id),
    FOREIGN KEY (organization_id, gift_id) REFERENCES giving.gift,
    FOREIGN KEY (organization_id, premium_id) REFERENCES giving.premium
);
CREATE INDEX gift_detail_premium ON giving.gift_detail (organization_id, premium_id) WHERE premium_id IS NOT NULL;
SELECT platform.protect_table('giving.gift_detail', 'SELECT, INSERT');

ALTER TABLE giving.campaign ADD COLUMN average_gift_goal_minor bigint,
    ADD COLUMN apply_segment_to_recurring_gifts boolean NOT NULL DEFAULT false;
GRANT UPDATE (name, description, start_at, end_at, giving_goal_minor, total_gift_goal, average_gift_goal_minor, crm_key,
    apply_segment_to_recurring_gifts), DELETE ON giving.campaign TO almoner_app;
-- The history of a campaign's switch goes with the campaign: its last image stands in the log.
ALTER TABLE giving.campaign_sync_change DROP CONSTRAINT campaign_sync_change_organization_id_campaign_id_fkey;
ALTER TABLE giving.campaign_sync_change ADD CONSTRAINT campaign_sync_change_campaign_id_fkey
    FOREIGN KEY (organization_id, campaign_id) REFERENCES giving.campaign ON DELETE CASCADE NOT VALID;

ALTER TABLE giving.project ADD COLUMN is_for_costs boolean NOT NULL DEFAULT false, ADD COLUMN sort_order int NOT NULL DEFAULT 0,
    ADD COLUMN image_url text, ADD COLUMN receipt_emails text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (name, code, code_key, description, is_active, is_default, sort_order, image_url, receipt_emails, version, modified_at)
    ON giving.project TO almoner_app;

-- The costs that donors cover are for one project of each organization, which is nobody's to edit. Where there is one of its code already,
-- it is that one.
UPDATE giving.project SET is_for_costs = true, is_active = true, version = version + 1 WHERE code_key = 'creditcardcosts';
INSERT INTO giving.project (organization_id, name, code, code_key, is_for_costs, created_at, modified_at)
SELECT o.organization_id, 'Processing Costs', 'CREDITCARDCOSTS', 'creditcardcosts', true, now(), now()
FROM (SELECT DISTINCT p.organization_id FROM giving.project p WHERE p.is_default) o
WHERE NOT EXISTS (SELECT FROM giving.project k WHERE k.organization_id = o.organization_id AND k.code_key = 'creditcardcosts');
