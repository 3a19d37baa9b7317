"""What needs somebody: the causes for which gifts do not reach the CRM, the gifts of each, and one more try for all of them."""
