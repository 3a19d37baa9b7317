"""The CRM's campaigns: how far each has come, its projects, communications and segments."""

from almoner.console.crm_campaigns.routes import routes as routes
