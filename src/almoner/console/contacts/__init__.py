"""A CRM contact as staff read it; where the links of giving's records lead."""

from almoner.console.contacts.routes import routes as routes
