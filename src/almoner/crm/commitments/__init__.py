"""What is written once for all that contacts promise or are asked for: how often it comes, and the gifts that keep it."""
