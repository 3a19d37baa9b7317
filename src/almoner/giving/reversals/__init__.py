"""Money of a gift that goes back: refunds that are asked for here, and what happened at the processor."""
