"""Which button mends a cause. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from almoner.sync.rules import BY_CONTACT, Reason

NEXT_STEPS = {
    Reason.CAMPAIGN_SYNC_OFF: "Nothing brings this gift to the CRM by itself: where it is to be there, enter it by hand. "
    "While the campaign's sync is on, the gifts that are made then go.",
    Reason.WAITING_FOR_GIFT: "See why its gift is not in the CRM: once it is, this follows by itself.",
    Reason.HELD_CAMPAIGN_PAUSED: "Resume the campaign's sync: the change then follows by itself.",
    Reason.TEST_MODE: "There is nothing to do. Where it was meant in earnest, give it again without test mode.",
    Reason.NO_INTEGRATION: "There is nothing to do: this organization was made without a CRM.",
    Reason.NO_SYNCING_CAMPAIGN: "There is nothing to do: the donor follows with the first gift that goes.",
}
"""What staff can do about what stays in giving by rule."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A field that somebody fills in before pressing."""

    name: str
    label: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Mend:
    """A button: the address its form goes to, what it says, what it carries, and what it asks for.

    `shows_first`: it changes nothing, and leads to a page that shows what it would do.
    """

    action: str
    label: str
    carries: dict[str, str] = field(default_factory=dict)
    ask: Ask | None = None
    shows_first: bool = False

    @property
    def permission(self) -> str:
        """What pressing it asks of somebody's group: that of the operation at its address, or to read where it only shows."""
        if self.shows_first:
            return "donor:read"
        found = (
            permission
            for end, permission in _PERMISSIONS
            if self.action.startswith(end[0]) and self.action.endswith(end[1])
        )
        return next(found)


_PERMISSIONS = (
    (("/console/needs-you/project", ""), "project:create"),
    (("/console/campaigns/", "/sync"), "campaign:update"),
    (("/console/donors/", ""), "donor:update"),
    (("/console/", "/retry"), "sync:update"),
)
"""By how the address of a button starts and ends, what its operation asks for; a test holds that it is what the operation declares."""


def mend_of(reason: Reason | None, detail: str | None, donor_id: int | None) -> Mend | None:
    """The button that takes a cause away; None where only a further try helps."""
    if reason is Reason.PROJECT_UNKNOWN and detail:
        return Mend("/console/needs-you/project", f"Make project {detail} in the CRM", {"code": detail})
    if reason is Reason.PROJECT_INACTIVE and detail:
        return Mend("/console/needs-you/project", f"Activate project {detail} in the CRM", {"code": detail})
    if reason is Reason.HELD_CAMPAIGN_PAUSED and detail:
        return Mend(f"/console/campaigns/{detail}/sync", "Resume the campaign's sync", {"canSync": "true"})
    if reason in BY_CONTACT and donor_id is not None:
        ask = Ask("crmKey", "Id of the contact in the CRM", is_number=True)
        return Mend(
            f"/console/donors/{donor_id}/contact", "Show it beside the donor", ask=ask, shows_first=True
        )
    if reason is Reason.MISSING_REQUIRED_FIELD and donor_id is not None:
        ask = Ask("lastName", "Last name of the donor", is_number=False)
        return Mend(f"/console/donors/{donor_id}/name", "Name the donor", ask=ask)
    return None


def resume_campaign(campaign_id: int) -> Mend:
    """The button that lets a campaign's gifts go from now on; those it withheld stay."""
    label = "Resume the campaign's sync, for gifts from now on"
    return Mend(f"/console/campaigns/{campaign_id}/sync", label, {"canSync": "true"})


def forget_wrong_key(reason: Reason | None, key: str | None, donor_id: int | None) -> Mend | None:
    """The button for a donor whose CRM key (this one) names nobody that is meant; None where no key is the trouble."""
    if donor_id is None or reason not in (Reason.CONTACT_NOT_FOUND, Reason.CONTACT_ARCHIVED):
        return None
    return forget_key(donor_id, key)


def forget_key(donor_id: int, key: str | None) -> Mend:
    """The button that takes this key, which is no link, from a donor."""
    label = "Forget the key: find or make the contact"
    return Mend(f"/console/donors/{donor_id}/contact", label, {"forget": "true", "seen": key or ""})


def link_to(donor_id: int, contact_id: int, name: str) -> Mend:
    """The button that shows a donor beside one contact of those that may be meant."""
    label = f"Link to contact {contact_id}, {name}"
    return Mend(f"/console/donors/{donor_id}/contact", label, {"crmKey": str(contact_id)}, shows_first=True)


def retry_all(entity: str, reason: Reason, detail: str | None) -> Mend:
    """The button that tries everything of a cause again."""
    carries = {"entity": entity, "reason": reason.value} | ({} if detail is None else {"detail": detail})
    return Mend("/console/needs-you/retry", "Try again", carries)
