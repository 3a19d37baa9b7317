"""What Almoner is measured beside: the bare driver, the usual ORM, and the usual web framework over it."""
