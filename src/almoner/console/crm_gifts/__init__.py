"""The CRM's gifts, the newest first, narrowed by the query language."""

from almoner.console.crm_gifts.routes import routes as routes
