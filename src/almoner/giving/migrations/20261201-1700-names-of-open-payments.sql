-- older programs may run on this
--
-- Payments of before that are open are given the name of their account when another takes its place.

GRANT UPDATE (account) ON giving.payment_intent TO almoner_app;
