"""Notes about contacts: the smallest record that hangs on another, with all six operations."""
