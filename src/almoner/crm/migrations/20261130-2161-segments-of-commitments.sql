-- Which segment a promise, an ask or a grant answers to.
--
-- Programs before this one must not start on it: they would let a segment take its gifts and not its recurring gifts.

ALTER TABLE crm.pledge ADD COLUMN segment_id bigint,
    ADD CONSTRAINT pledge_segment_id_fkey FOREIGN KEY (organization_id, segment_id) REFERENCES crm.segment NOT VALID;
ALTER TABLE crm.gift_ask ADD COLUMN segment_id bigint,
    ADD CONSTRAINT gift_ask_segment_id_fkey FOREIGN KEY (organization_id, segment_id) REFERENCES crm.segment NOT VALID;
ALTER TABLE crm.planned_gift ADD COLUMN segment_id bigint,
    ADD CONSTRAINT planned_gift_segment_id_fkey FOREIGN KEY (organization_id, segment_id) REFERENCES crm.segment NOT VALID;
ALTER TABLE crm.grant_award ADD COLUMN segment_id bigint,
    ADD CONSTRAINT grant_award_segment_id_fkey FOREIGN KEY (organization_id, segment_id) REFERENCES crm.segment NOT VALID;
GRANT UPDATE (segment_id) ON crm.pledge TO almoner_app;
GRANT UPDATE (segment_id) ON crm.gift_ask TO almoner_app;
GRANT UPDATE (segment_id) ON crm.planned_gift TO almoner_app;
GRANT UPDATE (segment_id) ON crm.grant_award TO almoner_app;

-- That of a recurring gift follows its code, as a gift's does: null, or a code that its source sent where there is none. A code that is
-- sent again, and that its segment had until it was given another, leaves it where it is.
ALTER TABLE crm.recurring_gift ADD COLUMN segment_id bigint;
UPDATE crm.recurring_gift k SET segment_id = s.id FROM crm.segment s
WHERE s.organization_id = k.organization_id AND lower(s.code) = lower(k.segment_code);

CREATE FUNCTION crm.recurring_gift_segment_follows_code() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
SET enable_seqscan = off AS $$
DECLARE
    v_id bigint := (SELECT s.id FROM crm.segment s WHERE s.organization_id = NEW.organization_id
        AND lower(s.code) = lower(NEW.segment_code) ORDER BY s.id LIMIT 1);
BEGIN
    NEW.segment_id := CASE WHEN v_id IS NULL AND TG_OP = 'UPDATE' AND NEW.segment_code = OLD.segment_code THEN OLD.segment_id ELSE v_id END;
    RETURN NEW;
END
$$;

CREATE TRIGGER new_recurring_gift_segment BEFORE INSERT ON crm.recurring_gift
    FOR EACH ROW WHEN (NEW.segment_code IS NOT NULL) EXECUTE FUNCTION crm.recurring_gift_segment_follows_code();
CREATE TRIGGER changed_recurring_gift_segment BEFORE UPDATE OF segment_code ON crm.recurring_gift
    FOR EACH ROW WHEN (NEW.segment_code IS NOT NULL OR OLD.segment_id IS NOT NULL)
    EXECUTE FUNCTION crm.recurring_gift_segment_follows_code();
