-- older programs may run on this
--
-- Gifts of before of which refunds are on their way are given the name of their account when another takes its place.

GRANT UPDATE (account) ON giving.gift TO almoner_app;
