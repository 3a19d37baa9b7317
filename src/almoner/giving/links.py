"""`crmKeyUrls`: where a giving record is in each CRM it is linked to (seed page, Cross-product identifiers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta

from almoner.platform.wire import Body, View

INTEGRATION = "VirtuousCRM"


class CrmKeyBody(Body):
    """The key that a record has in one CRM or other system."""

    integration: Annotated[str, Meta(max_length=100)]
    """The CRM or other system, as `crmKeyUrls` names it."""
    crm_key: Annotated[str, Meta(max_length=255)]
    """The key there."""


class CrmUrlView(View):
    """A record's key in one CRM and the page that shows it."""

    crm_key: str
    """The key of the record in the CRM, with the integration before it."""
    url: str | None
    """The page that shows the record there; null of another system, whose pages are not known here."""


def crm_key_urls(
    crm_key: str | None, public_url: str, page: str, *, others: Mapping[str, str] | None = None
) -> dict[str, CrmUrlView]:
    """One entry per linked CRM; empty while there is no link. The map's key carries the integration as a prefix.

    `page` is the CRM's page for this kind of record: `Contact`; `others` are keys in other systems, by integration.
    """
    told = {}
    if crm_key is not None:
        url = f"{public_url}/{page}/{quote(crm_key, safe='')}"
        told[INTEGRATION] = CrmUrlView(crm_key=f"{INTEGRATION}_{crm_key}", url=url)
    for name, key in (others or {}).items():
        told[name] = CrmUrlView(crm_key=f"{name}_{key}", url=None)
    return told


def contact_key(key: str) -> str:
    """The key of a contact as it was written: bare, or with the integration before it, as `crmKeyUrls` shows it."""
    return key.strip().removeprefix(f"{INTEGRATION}_")
