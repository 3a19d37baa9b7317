"""Give: take the payment and write donor, gift, split and events in one round trip."""
