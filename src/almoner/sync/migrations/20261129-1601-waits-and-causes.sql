-- older programs may run on this

-- Lists of what is not there, newest first, by reason: of all reasons of a state they are merged.
DROP INDEX sync.record_unsettled;
CREATE INDEX record_reason ON sync.record (organization_id, destination, entity, reason, record_id) WHERE reason IS NOT NULL;

-- Since when the change that is, or was last, on its way could not go for something that had to be mended, and the reason
-- it had then; null: it went directly. So figures of speed can leave out what waited for people.
ALTER TABLE sync.record ADD COLUMN waited_since timestamptz, ADD COLUMN waited_for text;
UPDATE sync.record SET waited_since = changed_at, waited_for = reason WHERE state IN ('failed', 'withheld');
