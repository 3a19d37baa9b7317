-- What segments gave is kept, not counted: docs/decisions/0044.

-- Gifts other than in test mode by segment, currency and step of their amounts (0: none), which is the amount with all but its first two digits 0:
-- how many, their sum less what went back, and the donors of the segment, each once, at any step. Slots are as in giving.tally.
CREATE TABLE giving.segment_tally (
    organization_id bigint NOT NULL,
    segment_id bigint NOT NULL,
    currency text NOT NULL,
    step bigint NOT NULL,
    slot smallint NOT NULL,
    gift_count bigint NOT NULL,
    raised_minor numeric NOT NULL,
    giver_count bigint NOT NULL,
    PRIMARY KEY (organization_id, segment_id, currency, step, slot)
) WITH (fillfactor = 50);

-- The same gifts by their amounts, so that the one in the middle is found: a step says where to look.
CREATE TABLE giving.segment_amount (
    organization_id bigint NOT NULL,
    segment_id bigint NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    slot smallint NOT NULL,
    gift_count bigint NOT NULL,
    PRIMARY KEY (organization_id, segment_id, currency, amount_minor, slot)
) WITH (fillfactor = 50);

SELECT platform.protect_table('giving.segment_tally', 'SELECT');
SELECT platform.protect_table('giving.segment_amount', 'SELECT');

INSERT INTO giving.segment_tally (organization_id, segment_id, currency, step, slot, gift_count, raised_minor, giver_count)
SELECT g.organization_id, g.segment_id, g.currency, g.amount_minor - g.amount_minor % w.width, 0, count(*),
    sum(g.amount_minor - (g.reversed_minor - g.reserved_minor)), 0
FROM giving.gift g
CROSS JOIN LATERAL (SELECT (10::numeric ^ greatest(length(g.amount_minor::text) - 2, 0))::bigint AS width) w
WHERE g.segment_id IS NOT NULL AND NOT g.is_test_mode
GROUP BY g.organization_id, g.segment_id, g.currency, g.amount_minor - g.amount_minor % w.width;

INSERT INTO giving.segment_tally (organization_id, segment_id, currency, step, slot, gift_count, raised_minor, giver_count)
SELECT g.organization_id, g.segment_id, g.currency, 0, 0, 0, 0, count(DISTINCT g.donor_id)
FROM giving.gift g WHERE g.segment_id IS NOT NULL AND NOT g.is_test_mode
GROUP BY g.organization_id, g.segment_id, g.currency;

INSERT INTO giving.segment_amount (organization_id, segment_id, currency, amount_minor, slot, gift_count)
SELECT g.organization_id, g.segment_id, g.currency, g.amount_minor, 0, count(*)
FROM giving.gift g WHERE g.segment_id IS NOT NULL AND NOT g.is_test_mode
GROUP BY g.organization_id, g.segment_id, g.currency, g.amount_minor;
