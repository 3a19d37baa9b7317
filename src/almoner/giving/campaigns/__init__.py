"""Campaigns, and the switch that says whether their gifts go to the CRM."""
