"""Refund a gift from its page."""

from almoner.console.refunds.routes import routes as routes
