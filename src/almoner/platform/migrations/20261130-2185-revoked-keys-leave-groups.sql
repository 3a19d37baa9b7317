-- older programs may run on this
--
-- A group whose keys are all revoked can be removed: they leave it.

GRANT UPDATE (group_id) ON platform.api_key TO almoner_app;
