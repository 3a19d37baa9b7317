"""What needs somebody: each cause with its gifts and the button that mends it."""

from almoner.console.needs.routes import routes as routes
