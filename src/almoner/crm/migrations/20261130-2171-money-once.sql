-- older programs may run on this
--
-- A gift's money pays each kind of what it is applied to once (docs/decisions/0031.2), and a payment of a day that a schedule has no more is
-- open for nobody.

-- Whether its day is one of those on which the recurring gift is expected now (crm_code.expect_payments). A payment that a gift came for stays
-- when the schedule moves away from its day; once the gift goes, nobody expects it.
ALTER TABLE crm.recurring_gift_payment ADD COLUMN is_scheduled boolean NOT NULL DEFAULT true;
GRANT UPDATE (is_scheduled) ON crm.recurring_gift_payment TO almoner_app;

-- What counts of gifts, which are locked: of each kind what a gift is applied to is paid in the order in which it was said, as far as what is
-- left of the gift goes; nothing in another currency. One that says no amount takes all that those before it left.
CREATE OR REPLACE FUNCTION crm.recount_applied_gifts(p_organization_id bigint, p_gift_ids bigint[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    UPDATE crm.applied_gift a SET counted_minor = n.counted_minor
    FROM (SELECT l.id, CASE WHEN l.currency <> g.currency THEN 0 ELSE greatest(0, least(coalesce(l.amount_minor, r.minor), r.minor
            - coalesce(sum(coalesce(l.amount_minor, r.minor)) FILTER (WHERE l.currency = g.currency) OVER (
                PARTITION BY l.gift_id, l.recurring_gift_id IS NULL, l.pledge_id IS NULL, l.gift_ask_id IS NULL, l.planned_gift_id IS NULL
                ORDER BY l.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) END AS counted_minor
        FROM crm.applied_gift l
        JOIN crm.gift g ON g.organization_id = p_organization_id AND g.id = l.gift_id
        CROSS JOIN LATERAL (SELECT g.amount_minor + coalesce(sum(v.amount_minor), 0) AS minor FROM crm.gift v
            WHERE v.organization_id = p_organization_id AND v.reverses_id = g.id) r
        WHERE l.organization_id = p_organization_id AND l.gift_id = ANY (p_gift_ids)) n
    WHERE a.organization_id = p_organization_id AND a.id = n.id AND a.counted_minor <> n.counted_minor;
END
$$;

-- What counted more than once until now.
SELECT crm.recount_applied_gifts(l.organization_id, array_agg(DISTINCT l.gift_id)) FROM crm.applied_gift l GROUP BY l.organization_id;
