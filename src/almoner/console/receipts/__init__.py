"""Receipts: on the page of their gift, as PDF, sent again or voided; and what could not be written or sent."""

from almoner.console.receipts.routes import routes as routes
