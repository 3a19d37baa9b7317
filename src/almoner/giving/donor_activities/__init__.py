"""What happened with a donor, from what is stored of it."""
