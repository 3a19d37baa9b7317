"""Which contact of the CRM a donor is: both side by side before they are linked, who linked them, and the way back."""

from almoner.console.donors.routes import routes as routes
