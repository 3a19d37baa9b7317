-- older programs may run on this
--
-- Records tell who made and who last changed them (`createdByUser`, `modifiedByUser`): docs/decisions/0036. What was written before tells nobody.

SELECT platform.keep_actors('crm.gift');
SELECT platform.keep_actors('crm.project');
SELECT platform.keep_actors('crm.campaign');
SELECT platform.keep_actors('crm.communication');
SELECT platform.keep_actors('crm.recurring_gift');
SELECT platform.keep_actors('crm.pledge');
SELECT platform.keep_actors('crm.gift_ask');
SELECT platform.keep_actors('crm.planned_gift');
SELECT platform.keep_actors('crm.grant_award');
SELECT platform.keep_actors('crm.premium');
SELECT platform.keep_actors('crm.tribute');
SELECT platform.keep_actors('crm.custom_field');
SELECT platform.keep_actors('crm.contact_note');
SELECT platform.keep_actors('crm.project_note');
SELECT platform.keep_actors('crm.project_role');
SELECT platform.keep_actors('crm.project_expense');
