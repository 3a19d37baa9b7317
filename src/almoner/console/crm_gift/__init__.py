"""One gift of the CRM: what it is for, what it pays, what was taken back of it, and where it came from."""

from almoner.console.crm_gift.routes import routes as routes
