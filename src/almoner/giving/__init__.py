"""The giving product: donors, gifts, campaigns, projects, payments; the API of Virtuous Raise."""
