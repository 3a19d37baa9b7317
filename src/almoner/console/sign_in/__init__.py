"""Signing in with a link that works once, and signing out."""

from almoner.console.sign_in.routes import routes as routes
