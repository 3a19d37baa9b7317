"""The account of who is signed in: organizations, password, one-time codes."""

from almoner.console.account.routes import routes as routes
