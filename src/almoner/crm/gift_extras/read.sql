-- needs: crm/gifts/read
--
-- What goes with gifts, as they are told, and how much of them receipts may name.

-- The tribute of each gift that has one.
CREATE VIEW crm_code.gift_tribute WITH (security_invoker = true) AS
SELECT k.organization_id, k.gift_id, k.tribute_id, k.tribute_type, k.description AS tribute_description,
    k.acknowledgee_individual_id, t.first_name AS tribute_first_name, t.last_name AS tribute_last_name
FROM crm.gift_tribute k
LEFT JOIN crm.tribute t ON t.organization_id = k.organization_id AND t.id = k.tribute_id;

-- What was given out for each gift.
CREATE VIEW crm_code.gift_premium WITH (security_invoker = true) AS
SELECT k.organization_id, k.gift_id, k.id, k.premium_id, p.name AS premium, k.quantity, k.is_returned
FROM crm.gift_premium k
JOIN crm.premium p ON p.organization_id = k.organization_id AND p.id = k.premium_id;
