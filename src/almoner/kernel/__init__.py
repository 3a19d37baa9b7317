"""Money, identifiers, time, errors and paging: pure, standard library only."""
