"""Projects: what a gift is for. Never deleted; inactive ones keep their history."""
