"""The CRM product: contacts, gifts with their designations, projects with their tree; the API of Virtuous CRM+."""
