"""All gifts, newest first: by state and reason, searched, page after page."""

from almoner.console.gift_list.routes import routes as routes
