"""The staff web console: pages rendered on the server, kept fresh by htmx, usable without script.

How an area of it is built (`gifts/` is the example, walked through in docs/decisions/0008-console.md):

- A folder per area. `routes.py` has handlers in the form that API routes have: `tx`, `clock` and other services come by
  parameter name, `opt=scope("console:read")` says that a session is needed. A POST has passed the CSRF check before it runs.
- `service.py` gathers what a page shows from the services of giving, crm and sync. `rules.py` decides, purely.
- `views.py` turns that into text: pure functions from results to frozen dataclasses of what the template prints.
- `templates/<area>/` prints it: logic-free Jinja2, autoescaped; an unknown name is an error. `show_page` makes the response,
  with the sign of what needs somebody in its header, and `go_back` leads there from a button.
- What changes by itself is a `LiveRegion`: its address answers 204 while nothing changed, so focus and screen readers stay
  undisturbed. Every link and form works without script, and no inline script or style exists (the policy forbids both).
"""
