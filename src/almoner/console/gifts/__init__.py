"""The first page: gifts as they arrive, whether both sides agree, campaigns with their switch, and the lag."""

from almoner.console.gifts.routes import routes as routes
