-- What of the CRM's gifts was entered there, and what was taken back there: with it the console explains why the CRM has more, or less,
-- than came from giving.
--
-- Programs before this one must not start on it: they would book gifts without telling which were entered.

-- Nobody writes a gift until all are counted.
LOCK TABLE crm.gift IN SHARE ROW EXCLUSIVE MODE;

-- Gifts that no other system sent, and gifts that take others back, whose sums are below zero. Both are in gift_count and given_minor as before.
ALTER TABLE crm.tally ADD COLUMN entered_count bigint NOT NULL DEFAULT 0, ADD COLUMN entered_minor numeric NOT NULL DEFAULT 0,
    ADD COLUMN back_count bigint NOT NULL DEFAULT 0, ADD COLUMN back_minor numeric NOT NULL DEFAULT 0;

INSERT INTO crm.tally AS t (organization_id, currency, slot, gift_count, given_minor, entered_count, entered_minor, back_count, back_minor)
SELECT organization_id, currency, 0, 0, 0, count(*) FILTER (WHERE reverses_id IS NULL),
    coalesce(sum(amount_minor) FILTER (WHERE reverses_id IS NULL), 0), count(reverses_id),
    coalesce(sum(amount_minor) FILTER (WHERE reverses_id IS NOT NULL), 0)
FROM crm.gift WHERE reverses_id IS NOT NULL OR origin IS NULL OR transaction_source IS NULL
GROUP BY organization_id, currency
ON CONFLICT (organization_id, currency, slot) DO UPDATE
SET entered_count = excluded.entered_count, entered_minor = excluded.entered_minor, back_count = excluded.back_count,
    back_minor = excluded.back_minor;
