"""What receipts and letters say where an organization says nothing else: good enough to be sent."""

from __future__ import annotations

TEMPLATES = {
    "subject": "Your gift to {{ organization.name }}: receipt {{ receipt.number }}",
    "text": """\
Dear {{ donor.name }},

Thank you for your gift of {{ receipt.amount }} to {{ organization.name }} on {{ gift.date }}.
{% if receipt.replaces %}

This receipt takes the place of receipt {{ receipt.replaces }}, which does not hold any more.
{% endif %}

Your receipt {{ receipt.number }} is attached. Please keep it for your records.

With thanks,
{{ signer.name }}
""",
    "paper": """\
Dear {{ donor.name }},

Thank you for your gift. {{ organization.name }} received it on {{ gift.date }}.
{% if receipt.replaces %}

This receipt takes the place of receipt {{ receipt.replaces }}, which does not hold any more.
{% endif %}
""",
    "legal": """\
{% if receipt.benefit %}
In return for this gift you received goods or services of an estimated fair value of {{ receipt.benefit }}. The deductible amount is what exceeds it\
{% if not receipt.deductible %}, at the rate of exchange of the day of the gift{% endif %}.
{% else %}
No goods or services were provided in return for this gift.
{% endif %}
{% if organization.tax_id %}
Tax id: {{ organization.tax_id }}.
{% endif %}
""",
    "void_subject": "Receipt {{ receipt.number }} does not hold any more",
    "void_text": """\
Dear {{ donor.name }},

Receipt {{ receipt.number }} for your gift of {{ receipt.amount }} to {{ organization.name }} on {{ gift.date }} does not hold any more; please do not use it. {{ reason }}

{{ signer.name }}
""",
    "statement_subject": "Your gifts to {{ organization.name }} in {{ statement.year }}",
    "statement_text": """\
Dear {{ donor.name }},

Attached is the statement of your gifts to {{ organization.name }} in {{ statement.year }}:
{% for sum in sums %}
{{ sum.amount }}{% if sum.deductible %}, of which {{ sum.deductible }} is deductible{% endif %}{% if sum.not_known %} (how much of {{ sum.not_known }} is, is not known here){% endif %}.
{% endfor %}

With thanks,
{{ signer.name }}
""",
    "statement_paper": """\
Dear {{ donor.name }},

Thank you for what you gave in {{ statement.year }}. These are your gifts as they stand on {{ statement.date }}, net of what was given back.
""",
}
"""Each text that an organization can edit, by its name. `html` and `statement_html`, which it may add, have no default: mail is plain then."""

HTML = {"html": "text", "void_html": "void_text", "statement_html": "statement_text"}
"""Texts that are HTML, each with the one that it stands beside; an organization may add them."""

LABELS = {
    "receipt": "Receipt",
    "statement": "Statement of gifts",
    "number": "Number",
    "issued": "Issued",
    "given": "Date of gift",
    "gift": "Gift",
    "replaces": "Takes the place of",
    "project": "For",
    "amount": "Amount",
    "deductible": "Deductible",
    "not_deductible": "not deductible",
    "not_known": "not known here",
    "benefit": "Value received in return",
    "total": "Total",
    "year": "Year",
    "tax_id": "Tax id",
    "void": "VOID",
}
"""The words on paper, by name. An organization may say each in its own language, as the text `label_number`."""

NAMES = (*TEMPLATES, *HTML, *(f"label_{name}" for name in LABELS))
"""Everything that an organization can edit."""
