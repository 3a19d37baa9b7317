-- How many records are in each state, and the money of the gifts among them, is kept, not counted: docs/decisions/0011.
--
-- A gift's amount and currency never change once it is made, so its record may hold them. Here alone they are read from
-- giving's table, once, for the records that are there already; from now on they come with giving's facts.
--
-- counted_as is the state under which the tally holds a record. A statement of the program before this one does not name it:
-- its new rows then lack it and its changes of state contradict it, so both fail whole instead of passing the tally by.

-- squawk-ignore-file ban-drop-default, constraint-missing-not-valid

-- A default is there for the moment only: most records are synced, and those of donors then need no writing.
ALTER TABLE sync.record ADD COLUMN currency text, ADD COLUMN minor bigint,
    ADD COLUMN counted_as text NOT NULL DEFAULT 'synced';
ALTER TABLE sync.record ALTER COLUMN counted_as DROP DEFAULT;

UPDATE sync.record r SET currency = g.currency, minor = g.amount_minor, counted_as = r.state
FROM giving.gift g WHERE r.entity = 'gift' AND g.organization_id = r.organization_id AND g.id = r.record_id;
UPDATE sync.record SET counted_as = state WHERE entity = 'donor' AND state <> 'synced';

ALTER TABLE sync.record ADD CONSTRAINT record_counted CHECK (counted_as = state),
    ADD CONSTRAINT record_money CHECK (CASE entity WHEN 'gift' THEN currency IS NOT NULL AND minor IS NOT NULL
        ELSE currency IS NULL AND minor IS NULL END);

-- Records by entity, state and currency (donors: ''). Whoever writes at the same time as others takes another slot, so that
-- none waits for another's commit; a reader adds them up, and one slot alone may be below zero.
CREATE TABLE sync.tally (
    organization_id bigint NOT NULL,
    entity text NOT NULL,
    state text NOT NULL,
    currency text NOT NULL,
    slot smallint NOT NULL,
    n bigint NOT NULL,
    minor bigint NOT NULL,
    PRIMARY KEY (organization_id, entity, state, currency, slot)
) WITH (fillfactor = 20);

INSERT INTO sync.tally (organization_id, entity, state, currency, slot, n, minor)
SELECT organization_id, entity, state, coalesce(currency, ''), 0, count(*), coalesce(sum(minor), 0)
FROM sync.record GROUP BY organization_id, entity, state, coalesce(currency, '');

SELECT platform.protect('sync');
