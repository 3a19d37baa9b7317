"""What projects spend: it lowers their balances and those of all above them."""
