"""One gift of giving, in whatever state: what was given, its trace so far, the cause it stands still for, and what mends it."""

from almoner.console.gift.routes import routes as routes
