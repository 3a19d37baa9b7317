"""Communications: what is sent out for a campaign."""
