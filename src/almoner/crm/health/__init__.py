"""Whether the API is alive."""
