-- older programs may run on this
--
-- Every change of a donor's CRM key that somebody made, by hand or through the API: which key, in place of which, who and when.
-- What the sync finds by itself is not among them: its records tell that.

CREATE SEQUENCE giving.donor_link_change_id_seq;
CREATE TABLE giving.donor_link_change (
    organization_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('giving.donor_link_change_id_seq'),
    donor_id bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    crm_key text,
    crm_key_before text,
    was_linked boolean NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (organization_id, donor_id, id),
    FOREIGN KEY (organization_id, donor_id) REFERENCES giving.donor
);
SELECT platform.protect_table('giving.donor_link_change', 'SELECT, INSERT');
GRANT USAGE ON SEQUENCE giving.donor_link_change_id_seq TO almoner_app;
