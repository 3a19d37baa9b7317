-- Events of Stripe that are done with go after some time (processor_events_keep_days).

GRANT DELETE ON giving.stripe_event TO almoner_app;
