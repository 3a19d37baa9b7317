"""How many requests each organization may send in an hour, counted over all web processes (docs/decisions/0034)."""
