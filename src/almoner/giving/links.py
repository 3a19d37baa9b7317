"""`crmKeyUrls`: where a giving record is in each CRM it is linked to (seed page, Cross-product identifiers)."""

from __future__ import annotations

from urllib.parse import quote

from almoner.platform.wire import View

INTEGRATION = "VirtuousCRM"


class CrmUrlView(View):
    """A record's key in one CRM and the page that shows it."""

    crm_key: str
    """The key of the record in the CRM, with the integration before it."""
    url: str
    """The page that shows the record there."""


def crm_key_urls(crm_key: str | None, public_url: str, page: str) -> dict[str, CrmUrlView]:
    """One entry per linked CRM; empty while there is no link. The map's key carries the integration as a prefix.

    `page` is the CRM's page for this kind of record: `Contact`.
    """
    if crm_key is None:
        return {}
    return {
        INTEGRATION: CrmUrlView(
            crm_key=f"{INTEGRATION}_{crm_key}", url=f"{public_url}/{page}/{quote(crm_key, safe='')}"
        )
    }


def contact_key(key: str) -> str:
    """The key of a contact as it was written: bare, or with the integration before it, as `crmKeyUrls` shows it."""
    return key.strip().removeprefix(f"{INTEGRATION}_")
