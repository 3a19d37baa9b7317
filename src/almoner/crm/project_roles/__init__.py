"""The parts that contacts play in projects, and the kinds of parts that an organization knows."""
